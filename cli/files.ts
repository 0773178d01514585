import { openQueueOf } from '../shared/assemble-files.js';
import { quote } from '../shared/core/names.js';
import { accept, type Looked, retry } from '../shared/files/intake/desk.js';
import { stateOf } from '../shared/files/intake/file-state.js';
import { paragraphOf } from './file-text.js';
import { type Desk, findIn, lookAll, openAt, tellUnreached } from './files-desk.js';
import { type FilesOptions, HELP, readFilesOptions } from './files-options.js';
import { workHere } from './files-run.js';
import {
  HEADING,
  lineOf,
  unmatchedIn,
  unmatchedLine,
  unreachedLine,
  unreachedOf,
  viewOf,
} from './files-view.js';
import { complain, runHere, type World } from './world.js';

const NO_ENTRIES = 'the rule file has no section "files", so there are no files of exports (docs/files.md)\n';

async function list(desk: Desk, { json, limit }: FilesOptions, { out, err }: World): Promise<number> {
  if (desk.sources.length === 0) err(NO_ENTRIES);
  const looks = await lookAll(desk);
  const files = looks.flatMap((look) => look.files);
  const shown = files.slice(-limit).map(viewOf);
  const unreached = looks.flatMap((look) => unreachedOf(look) ?? []);
  const unmatched = unmatchedIn(looks);
  const lines = [...unreached.map(unreachedLine), ...shown.map((view) => lineOf(view, desk.titles))];
  if (json) await out(`${JSON.stringify([...unreached, ...unmatched, ...shown], null, 2)}\n`);
  else if (lines.length > 0) await out(`${[HEADING, ...lines].join('\n')}\n`);
  else if (desk.sources.length > 0) await out('no files\n');
  if (!json) for (const one of unmatched) err(`${unmatchedLine(one)}\n`);
  const left = files.length - shown.length;
  if (left > 0) err(`${left} more; --limit ${files.length} lists all\n`);
  return unreached.length > 0 ? 2 : 0;
}

async function show(
  looked: Looked,
  { titles }: Desk,
  { json }: FilesOptions,
  { out, clock }: World,
): Promise<void> {
  await out(json ? `${JSON.stringify(viewOf(looked), null, 2)}\n` : paragraphOf(looked, titles, clock.now()));
}

/** What is said of an order that was sent, of one that nobody can get, and of none. */
const SAID = {
  accept: [
    'its exits will be carried out',
    'its exits may be carried out',
    'none of its exits wait for you; tributary files show says how it stands',
  ],
  retry: ['it will be worked on', 'it may be worked on again', 'somebody works on it now, or it is gone'],
} as const;

/** Sends an order to whoever works on files, tells in a word what came of it, and gives the status. */
async function order(
  action: keyof typeof SAID,
  looked: Looked,
  { pages }: Desk,
  { json }: FilesOptions,
  { env, clock, out, err }: World,
): Promise<number> {
  const queue = await openQueueOf(env, clock);
  const done = await { accept, retry }[action](looked, pages, { queue, clock });
  const [sent, unheard, none] = SAID[action];
  const isHeard = !queue.place.startsWith('memory:');
  if (json) await out(`${JSON.stringify({ done })}\n`);
  else await out(`${done ? (isHeard ? sent : unheard) : none}\n`);
  if (done && !isHeard)
    err(
      `but nobody hears of it: the files queue, ${queue.place}, is in the memory of this command alone; to work on it here: tributary files run ${looked.name}\n`,
    );
  return done ? 0 : 1;
}

/** How far a file came that was stopped; empty when it had come to its end. */
function stoppedText({ name, progress, closing }: Looked): string {
  if (!progress || stateOf(progress, closing).word === 'done') return '';
  const { stage, next, rows } = progress;
  const at = stage === 'rows' ? `before row ${next} of ${rows}` : 'before any more of its rows acted';
  return `stopped ${at}; it goes on there with: tributary files run ${name}\n`;
}

async function run(looked: Looked, desk: Desk, options: FilesOptions, world: World): Promise<number> {
  await workHere(looked, desk, world);
  const after = findIn(await lookAll({ ...desk, sources: [looked.source] }), looked.name);
  if (!after) return 1;
  if (world.stop.aborted) world.err(stoppedText(after));
  await show(after, desk, options, world);
  return stateOf(after.progress, after.closing).word === 'done' ? 0 : 1;
}

async function act(options: FilesOptions, world: World): Promise<number> {
  const desk = await openAt(options, world);
  if (options.action === 'list') return list(desk, options, world);
  const looks = await lookAll(desk);
  const looked = findIn(looks, options.file);
  if (!looked) {
    const unreached = tellUnreached(looks, world);
    const where = unreached ? ' in the places that can be reached' : '';
    world.err(`there is no file ${quote(options.file)}${where}; tributary files list names them\n`);
    return unreached ? 2 : 1;
  }
  if (options.action === 'show') {
    await show(looked, desk, options, world);
    // What is known of it is shown all the same.
    return tellUnreached(
      looks.filter(({ source }) => source === looked.source),
      world,
    )
      ? 2
      : 0;
  }
  if (options.action === 'run') return run(looked, desk, options, world);
  return order(options.action, looked, desk, options, world);
}

/** `tributary files` on a given machine. */
export async function runFiles(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readFilesOptions(args);
    if (options) return await act(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('files', error, world);
  }
}

/** `tributary files`. */
export const files = (args: readonly string[]): Promise<number> =>
  runHere(runFiles, args, { heedsStop: args[0] === 'run' });
