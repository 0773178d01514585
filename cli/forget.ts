import { forgetAudit } from '../shared/audit/forget.js';
import { needsOf } from '../shared/config/needs.js';
import type { CompiledRules } from '../shared/core/compiled.js';
import { Fault } from '../shared/core/fault.js';
import { declared, quote } from '../shared/core/names.js';
import { plural } from '../shared/core/plural.js';
import type { Clock, StateStore } from '../shared/core/ports.js';
import type { RulesFile } from '../shared/core/rules.js';
import { forgetPerson, forgetPlace } from '../shared/pipeline/forget.js';
import { withNamed } from '../shared/secrets.js';
import { readStateSettings } from '../shared/settings.js';
import { openStore } from '../shared/stores/open.js';
import { type ForgetOptions, HELP, type Meant, readForgetOptions } from './forget-options.js';
import { idsOf } from './person-ids.js';
import { readRules } from './rules-file.js';
import { complain, runHere, type World } from './world.js';

/** What came of it. */
interface Done {
  readonly persons: number;
  readonly rows: number;
  readonly places: readonly string[];
}

async function forgetKey(key: string, rules: CompiledRules, store: StateStore, clock: Clock): Promise<Done> {
  let [persons, rows] = [0, 0];
  for (const id of idsOf(key, rules)) {
    const forgotten = await forgetPerson(store, id, clock);
    if (forgotten === undefined) continue;
    await forgetAudit(store, id);
    persons += 1;
    rows += forgotten;
  }
  return { persons, rows, places: [] };
}

const unknown = (what: string, name: string, known: readonly string[]): Fault =>
  new Fault('config.unknown-name', `there is no ${what} named ${quote(name)}; ${declared(name, known)}`);

/** The places a rule writes to. */
function placesOf(name: string, { rules }: CompiledRules): readonly string[] {
  const rule = rules.find((one) => one.name === name);
  if (!rule)
    throw unknown(
      'rule',
      name,
      rules.map((one) => one.name),
    );
  const actions = [...rule.actions, ...(rule.otherwise ?? [])];
  return [...new Set(actions.map(({ row }) => `${row.connection}/${row.object}`))];
}

/** The place that is meant, if rules write rows there; its connection must be one of the file's, its object one that rules name. */
function placeOf(
  { connection, object }: Extract<Meant, { kind: 'place' }>,
  file: RulesFile,
): readonly string[] {
  const known = Object.keys(file.connections);
  if (!known.includes(connection)) throw unknown('connection', connection, known);
  const needs = needsOf(file, connection);
  const objects = needs.map((need) => need.object);
  if (object !== undefined && !objects.includes(object))
    throw unknown(`object of ${quote(connection)} in any rule`, object, objects);
  const meant = needs.filter((need) => object === undefined || need.object === object);
  // What is sent happens once, whatever is forgotten.
  if (!meant.some(({ operations }) => operations.some((operation) => operation !== 'send'))) return [];
  return [object === undefined ? connection : `${connection}/${object}`];
}

async function forgetMeant({ meant }: ForgetOptions, world: World): Promise<Done> {
  const settings = readStateSettings(await withNamed(world.env, world.clock, 'TRIBUTARY_STATE_CONNECTION'));
  const { rules, file } = await readRules(
    settings.TRIBUTARY_CONFIG,
    world.env['TRIBUTARY_FUNCTIONS'],
    'name your file with TRIBUTARY_CONFIG',
  );
  const places =
    meant.kind === 'rule' ? placesOf(meant.name, rules) : meant.kind === 'place' ? placeOf(meant, file) : [];
  const store = await openStore(settings.TRIBUTARY_STATE, {
    clock: world.clock,
    connection: settings.TRIBUTARY_STATE_CONNECTION,
    ttlDays: settings.TRIBUTARY_STATE_TTL_DAYS,
  });
  if (store.kind === 'memory')
    world.err(`${settings.TRIBUTARY_STATE} is the memory of one process, not of another\n`);
  if (meant.kind === 'person') return forgetKey(meant.key, rules, store, world.clock);
  for (const place of places) await forgetPlace(store, place, world.clock.now());
  return { persons: 0, rows: 0, places };
}

function textOf({ persons, rows, places }: Done, { meant }: ForgetOptions): string {
  if (places.length > 0) return `forgotten for everybody, up to now: ${places.join(', ')}\n`;
  if (meant.kind === 'rule') return 'that rule writes no rows\n';
  if (meant.kind === 'place')
    return 'nothing was forgotten: no rule writes rows there, and what is sent (send) happens once\n';
  return persons > 0
    ? `${plural(rows, 'row')} in doubt now; each is written again with the next record that concerns it\n`
    : 'nobody is known by that key\n';
}

/** `tributary forget` on a given machine. */
export async function runForget(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readForgetOptions(args);
    if (!options) {
      await world.out(HELP);
      return 0;
    }
    const done = await forgetMeant(options, world);
    await world.out(options.json ? `${JSON.stringify(done, null, 2)}\n` : textOf(done, options));
    return done.persons + done.places.length > 0 ? 0 : 1;
  } catch (error) {
    return complain('forget', error, world);
  }
}

/** `tributary forget`. */
export const forget = (args: readonly string[]): Promise<number> => runHere(runForget, args);
