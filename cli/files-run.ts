import { assembleAll } from '../shared/assemble.js';
import { filesDeps } from '../shared/assemble-files.js';
import type { Pipeline } from '../shared/core/ports.js';
import { closingId } from '../shared/files/intake/closing.js';
import type { IntakeDeps } from '../shared/files/intake/deps.js';
import type { Looked } from '../shared/files/intake/desk.js';
import { stateOf } from '../shared/files/intake/file-state.js';
import { progressId } from '../shared/files/intake/progress.js';
import { runFile } from '../shared/files/intake/run-file.js';
import type { FileSource } from '../shared/files/intake/source.js';
import type { FileBytes, FilePlace } from '../shared/files/ports.js';
import type { Desk } from './files-desk.js';
import { withTitles } from './files-view.js';
import { printable } from './printable.js';
import { type Progress, progressOn } from './progress.js';
import type { World } from './world.js';

/** Of files below this size, bytes, it does not say how far their rows are how much of them has been read. */
const AT_ONCE = 4_000_000;

/** Bytes of files are told to `onBytes` as they are read. */
const counted = (place: FilePlace, onBytes: (count: number) => void): FilePlace => ({
  ...place,
  bytes(entry): FileBytes {
    const bytes = place.bytes(entry);
    return {
      ...bytes,
      async *open(from, to) {
        for await (const piece of bytes.open(from, to)) {
          onBytes(piece.length);
          yield piece;
        }
      },
    };
  },
});

/** The same source and pipeline, of which progress is told. */
function watched(deps: IntakeDeps, source: FileSource, progress: Progress): IntakeDeps {
  const own: FileSource = {
    ...source,
    place: async () => counted(await source.place(), progress.bytes),
  };
  const pipeline: Pipeline = {
    ...deps.pipeline,
    async run(messages, options) {
      const settlements = await deps.pipeline.run(messages, options);
      progress.records(settlements.filter(({ settled }) => settled).length);
      return settlements;
    },
  };
  return { ...deps, pipeline, sources: new Map([...deps.sources, [source.name, own]]) };
}

/** What a file waits for, by what is kept of it now. */
async function reasonNow({ source, name }: Looked, { pages, titles }: Desk, now: number): Promise<string> {
  const entry = await (await source.place()).stat(name);
  const progress = entry && (await pages.progress.read(progressId(source.name, entry))).value;
  const { stem, audience } = source.namingOf(name);
  const closing = source.snapshot && (await pages.closing.read(closingId(source.name, stem, audience))).value;
  const lease = [progress?.lease, closing?.lease].find((one) => one && one.until > now);
  if (lease) return `somebody else works on it, until ${new Date(lease.until).toISOString()} at the latest`;
  const { why } = stateOf(progress, closing);
  if (why) return withTitles(`${why.code}: ${why.text}`, titles);
  return progress?.stage === 'done'
    ? 'further files of the full export may be coming'
    : 'it goes on in a moment';
}

/** Who may be asked how far the file has come. */
const sizeOf = async ({ source, name }: Looked): Promise<number | undefined> =>
  (await (await source.place()).stat(name))?.size;

/** Works on a file here, to its end, and says what it waits for. */
export async function workHere(looked: Looked, desk: Desk, world: World): Promise<void> {
  const env = { ...world.env, TRIBUTARY_LOG_LEVEL: 'silent' };
  const deps = await filesDeps(env, await assembleAll(env, { clock: world.clock }));
  const { name, source } = looked;
  const size = await sizeOf(looked);
  // Once to its end before any row acts, and once for the rows. Of a small file all is read before most of its rows have acted.
  const total = size === undefined || size < AT_ONCE ? undefined : 2 * size;
  const progress = progressOn(world, total);
  const own = deps.sources.get(source.name) ?? source;
  let told = '';
  const stopping = (): void => {
    progress.clear();
    world.err('stopping after the rows under way …\n');
  };
  world.stop.addEventListener('abort', stopping, { once: true });
  await runFile({ work: 'rows', source: source.name, name }, watched(deps, own, progress), {
    stop: world.stop,
    async waiting(ms) {
      progress.clear();
      const why = await reasonNow(looked, desk, world.clock.now());
      const wait = `goes on in ${Math.ceil(ms / 1000)} s`;
      world.err(why === told ? `waits still; ${wait}\n` : `waits: ${printable(why)}; ${wait}\n`);
      told = why;
    },
  });
  world.stop.removeEventListener('abort', stopping);
  progress.clear();
}
