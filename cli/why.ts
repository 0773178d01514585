import { openAudienceBook } from '../shared/assemble-book.js';
import { declaredNames, NO_NAMES, tellWhy, titlesIn, type WhyNames } from '../shared/audit/told.js';
import { type Asking, why as ask, type Why } from '../shared/audit/why.js';
import type { LoadedRules } from '../shared/config/load-rules.js';
import { Fault } from '../shared/core/fault.js';
import { withNamed } from '../shared/secrets.js';
import { readStateSettings } from '../shared/settings.js';
import { openStore } from '../shared/stores/open.js';
import { paintOf } from './paint.js';
import { idsOf } from './person-ids.js';
import { readRules } from './rules-file.js';
import { nothingText } from './why-nothing.js';
import { HELP, readWhyOptions, type WhyOptions } from './why-options.js';
import { whyText } from './why-view.js';
import { complain, runHere, type World } from './world.js';

/** The rules, as far as they can be read here: at night, on another machine, the rest must be told all the same. */
async function rulesHere(path: string, world: World): Promise<LoadedRules | undefined> {
  try {
    return await readRules(path, world.env['TRIBUTARY_FUNCTIONS']);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.err(`note: places of rules and names of audiences are not told: ${fault.message}\n`);
    return undefined;
  }
}

/** `file:line` of rules by their names. */
function placesOf({ rules, locate }: LoadedRules): WhyNames['ruleAt'] {
  const at = (path: readonly PropertyKey[]): string | undefined => {
    const [place] = locate([{ code: 'config.invalid', path, message: '' }]);
    return place && `${place.file}:${place.line}`;
  };
  const found = new Map(rules.rules.map(({ name, order }) => [name, order]));
  return (name) => {
    const order = found.get(name);
    if (order !== undefined) return at(['rules', order]);
    return name === 'consent.withdrawn' || name === 'consent withdrawn'
      ? at(['consent', 'withdrawn'])
      : undefined;
  };
}

async function titlesHere({ env, clock, err }: World): Promise<WhyNames['titles']> {
  try {
    return titlesIn(await (await openAudienceBook(env, clock)).all());
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    err(`note: names of audiences in Adobe are not told: ${fault.code}: ${fault.message}\n`);
    return new Map();
  }
}

async function namesHere(loaded: LoadedRules | undefined, world: World): Promise<WhyNames> {
  const titles = await titlesHere(world);
  if (!loaded) return { ...NO_NAMES, titles };
  return { audiences: declaredNames(loaded.rules), titles, ruleAt: placesOf(loaded) };
}

async function askAll({ about }: WhyOptions, loaded: LoadedRules | undefined, asking: Asking): Promise<Why> {
  if (about.kind === 'row') return ask(about, asking);
  const ids = loaded ? idsOf(about.key, loaded.rules) : [about.key];
  const answers = await Promise.all(ids.map((id) => ask({ kind: 'person', id }, asking)));
  return { rows: answers.flatMap(({ rows }) => rows), persons: answers.flatMap(({ persons }) => persons) };
}

async function go(options: WhyOptions, world: World): Promise<number> {
  const settings = readStateSettings(await withNamed(world.env, world.clock, 'TRIBUTARY_STATE_CONNECTION'));
  const loaded = await rulesHere(options.config ?? settings.TRIBUTARY_CONFIG, world);
  const store = await openStore(settings.TRIBUTARY_STATE, {
    clock: world.clock,
    connection: settings.TRIBUTARY_STATE_CONNECTION,
  });
  if (store.kind === 'memory')
    world.err(`${settings.TRIBUTARY_STATE} is the memory of one process, not of another\n`);
  const asking = { store, clock: world.clock, from: options.from };
  const told = tellWhy(await askAll(options, loaded, asking), await namesHere(loaded, world));
  const isNothing = told.rows.length + told.persons.length === 0;
  if (options.json) await world.out(`${JSON.stringify(told, null, 2)}\n`);
  else if (isNothing) world.err(nothingText(options, loaded?.rules));
  else await world.out(whyText(told, paintOf(world.screen.colours)));
  return isNothing ? 1 : 0;
}

/** `tributary why` on a given machine. */
export async function runWhy(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readWhyOptions(args, world.clock.now());
    if (options) return await go(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('why', error, world);
  }
}

/** `tributary why`. */
export const why = (args: readonly string[]): Promise<number> => runHere(runWhy, args);
