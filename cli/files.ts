import { assembleAll } from '../shared/assemble.js';
import { filesDeps, openDesk, openQueueOf } from '../shared/assemble-files.js';
import { Fault } from '../shared/core/fault.js';
import { declared, quote } from '../shared/core/names.js';
import { accept, type Looked, lookAt, meantBy, retry } from '../shared/files/intake/desk.js';
import type { IntakePages } from '../shared/files/intake/pages.js';
import { runFile } from '../shared/files/intake/run-file.js';
import type { FileSource } from '../shared/files/intake/source.js';
import { type FilesOptions, HELP, readFilesOptions } from './files-options.js';
import { HEADING, lineOf, paragraphOf, viewOf } from './files-view.js';
import { complain, runHere, type World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** The deployment, as far as it can be looked at. */
interface Desk {
  readonly sources: readonly FileSource[];
  readonly pages: IntakePages;
}

async function openAt({ source }: FilesOptions, world: World): Promise<Desk> {
  const { sources, pages } = await openDesk(world.env, world.clock);
  if (source === undefined) return { sources: [...sources.values()], pages };
  const one = sources.get(source);
  if (one) return { sources: [one], pages };
  const names = [...sources.keys()];
  const text = `there is no entry named ${quote(source)} in "files"; ${declared(source, names)}`;
  throw new Fault('config.unknown-name', text);
}

async function lookAll({ sources, pages }: Desk): Promise<readonly Looked[]> {
  const looked: Looked[] = [];
  for (const source of sources) looked.push(...(await lookAt(source, pages)));
  return looked;
}

async function list(desk: Desk, { json, limit }: FilesOptions, { out }: World): Promise<number> {
  const views = (await lookAll(desk)).slice(-limit).map(viewOf);
  if (json) await out(`${JSON.stringify(views, null, 2)}\n`);
  else await out(`${[HEADING, ...views.map(lineOf)].join('\n')}\n`);
  return 0;
}

/** The one file that is meant. */
async function find(desk: Desk, { file }: FilesOptions): Promise<Looked | undefined> {
  const found = meantBy(file, await lookAll(desk));
  if (found.length <= 1) return found[0];
  const names = found.map(({ name, source }) => `${name} (${source.name})`).join(', ');
  throw new WrongUse(`${quote(file)} may be ${names}; say the whole name, or --source`);
}

async function show(looked: Looked, { json }: FilesOptions, { out }: World): Promise<number> {
  const view = viewOf(looked);
  await out(json ? `${JSON.stringify(view, null, 2)}\n` : paragraphOf(view));
  return 0;
}

/** Tells in a word what was done, and gives the status. */
async function tell(
  done: boolean,
  said: readonly [yes: string, no: string],
  { json }: FilesOptions,
  world: World,
): Promise<number> {
  const [yes, no] = said;
  if (json) await world.out(`${JSON.stringify({ done })}\n`);
  else await world.out(`${done ? yes : no}\n`);
  return done ? 0 : 1;
}

async function run(looked: Looked, options: FilesOptions, world: World): Promise<number> {
  const env = { ...world.env, TRIBUTARY_LOG_LEVEL: 'silent' };
  const deps = await filesDeps(env, await assembleAll(env, { clock: world.clock }));
  const { name, source } = looked;
  await runFile({ work: 'rows', source: source.name, name }, deps, {
    stop: world.stop,
    waiting: (ms) => world.err(`waits; goes on in ${Math.ceil(ms / 1000)} s\n`),
  });
  const desk = await openAt(options, world);
  const after = await find(desk, options);
  if (!after) return 1;
  await show(after, options, world);
  const { progress, closing } = after;
  return progress?.stage === 'done' && closing?.stage !== 'waiting' ? 0 : 1;
}

async function act(options: FilesOptions, world: World): Promise<number> {
  const desk = await openAt(options, world);
  if (options.action === 'list') return list(desk, options, world);
  const looked = await find(desk, options);
  if (!looked) {
    world.err(`there is no file ${quote(options.file)}; tributary files list names them\n`);
    return 1;
  }
  if (options.action === 'show') return show(looked, options, world);
  if (options.action === 'run') return run(looked, options, world);
  const queue = await openQueueOf(world.env, world.clock);
  if (options.action === 'accept') {
    const said = ['its exits will be carried out', 'none of its exits wait for you'] as const;
    return tell(await accept(looked, desk.pages, { queue }), said, options, world);
  }
  const said = ['it will be worked on', 'somebody works on it now, or it is gone'] as const;
  return tell(await retry(looked, desk.pages, { queue, clock: world.clock }), said, options, world);
}

/** `tributary files` on a given machine. */
export async function runFiles(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readFilesOptions(args);
    if (options) return await act(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('files', HELP, error, world);
  }
}

/** `tributary files`. */
export const files = (args: readonly string[]): Promise<number> =>
  runHere(runFiles, args, { heedsStop: args[0] === 'run' });
