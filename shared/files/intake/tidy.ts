import { type Closing, exitsFolder } from './closing.js';
import { type Case, familyIdOf } from './comparing.js';
import { pageId } from './page.js';
import { isOver } from './progress.js';
import { sweep } from './sweep.js';

/**
 * Removes what was kept of exports that are needed no more: those that this one has been compared with, and who would have
 * left by them. Its own exits stay as long as they wait for somebody. Done twice it does no harm.
 */
export async function tidyAfter(
  closing: Closing,
  work: Pick<Case, 'source' | 'audience' | 'pages' | 'deps'>,
): Promise<void> {
  const { source, audience, pages, deps } = work;
  const { objects } = deps;
  const rolls = (await pages.family.read(familyIdOf(work))).value?.rolls ?? [];
  const ids = closing.before.filter((id) => !rolls.some((roll) => roll.id === id));
  const files = await pages.progress.readAll(ids.map((id) => pageId('file', id)));
  const stems = new Set<string>();
  for (const id of ids) {
    const file = files.get(pageId('file', id))?.value;
    if (file) stems.add(source.namingOf(file.name).stem);
    // One that is being worked on ends as overtaken, and tidies up itself.
    if (!file || isOver(file)) await sweep(objects, `files/${id}`);
  }
  for (const stem of stems)
    if (stem !== closing.stem) await sweep(objects, exitsFolder({ source: source.name, stem }, audience));
  await sweep(objects, exitsFolder(closing, audience), closing.stage === 'waiting' ? closing.exits : []);
}
