import { openAudienceBook } from '../shared/assemble-book.js';
import type { AudienceNames } from '../shared/config/audience-names.js';
import type { LoadedRules } from '../shared/config/load-rules.js';
import { Fault } from '../shared/core/fault.js';
import { audienceNames } from '../shared/door/audience-names.js';
import { readRules } from './rules-file.js';
import type { World } from './world.js';

const NO_STATE =
  'audiences that the file tells by name only are not looked up: set TRIBUTARY_STATE (and TRIBUTARY_STATE_CONNECTION) to those of the deployment';

/**
 * The names that a deployment knows, where the environment says which deployment; undefined, and a line on standard error,
 * when they cannot be had.
 */
export async function namesHere({ env, clock, err }: World): Promise<AudienceNames | undefined> {
  const state = env['TRIBUTARY_STATE'] ?? '';
  // Nobody but the process itself sees its memory.
  if (state === '' || state.startsWith('memory:')) {
    err(`note: ${NO_STATE}\n`);
    return undefined;
  }
  try {
    return audienceNames(await (await openAudienceBook(env, clock)).all());
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    err(`note: names of audiences cannot be looked up: ${fault.code}: ${fault.message}\n`);
    return undefined;
  }
}

/** Rules as {@link readRules} gives them, with the audiences that the deployment finds by name. */
export async function readKnownRules(
  path: string,
  functions: string | undefined,
  world: World,
): Promise<LoadedRules> {
  const loaded = await readRules(path, functions);
  const names = loaded.resolve && (await namesHere(world));
  if (!loaded.resolve || !names) return loaded;
  const { rules, unresolved } = loaded.resolve(names);
  for (const { audience, fault } of unresolved)
    world.err(`note: rules about ${audience} do not act: ${fault.message}\n`);
  return { ...loaded, rules };
}
