import type { Building } from './bids.js';
import type { CompiledRules, Row } from './compiled.js';
import { doingOf, fieldsOf, mergedFields } from './fields.js';
import { fingerprint } from './fingerprint.js';
import { collectBids, collectOptOut, type Due, sightOf, type Wanted } from './match.js';
import { keyText } from './person.js';
import type { Json } from './ports.js';
import type { Operation } from './remote.js';
import type { Sight } from './scope.js';
import type { PersonState } from './state.js';
import { newestOf } from './values.js';
import type { Transition } from './view.js';

/** The value a field should have. */
export interface PlannedField {
  readonly value: Json;
  /** For a constant of an edge rule, the time of the edge (epoch microseconds): the newest wins. Else 0: the view decides. */
  readonly at: number;
  /** For a constant of a level rule, the time of the assertion it stands on, epoch microseconds. Else 0. */
  readonly since: number;
  /** Place in the file of the rule whose wish this is; beyond the last for what is done when consent is withdrawn. */
  readonly rule: number;
}

/** One change to one row, merged from every rule that wants it; or one thing to happen. */
export interface PlannedAction {
  readonly connection: string;
  readonly operation: Operation;
  readonly object: string;
  /** `connection/object/field=value` (`object#list` for a place on a list): what "the same row" means. */
  readonly target: string;
  /** Of `add` and `remove`. */
  readonly list?: string;
  /** Of `send`: names the edge and the action, the same in every repetition. */
  readonly once?: string;
  readonly key: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, PlannedField>;
  /** When the first durable log took in the newest record that wants it, epoch milliseconds; known once records were folded. */
  readonly asOf?: number;
  /** `rule (transition)`, for people. */
  readonly causes: readonly string[];
}

export interface Plan {
  readonly actions: readonly PlannedAction[];
  /** Consent forbids acting for this person: the actions, if any, are those for such people. */
  readonly withheld: boolean;
  /** Rules that matched but found no value for their `match` field. */
  readonly unaddressed: readonly string[];
}

/** Rows of the file that lead to one row of the target. */
interface Meeting {
  readonly target: string;
  readonly address: string;
  readonly parts: [Building, ...Building[]];
}

const YES = new Set(['y', 'dy', 'in', 'true']);

const NOTHING: Plan = { actions: [], withheld: false, unaddressed: [] };

/** The rows of one target become one action; it is addressed as the last of them says. */
function actionOf({ target, address, parts }: Meeting, sight: Sight): PlannedAction {
  const [first] = parts;
  const { connection, object, match, list } = (parts.at(-1) ?? first).row;
  const isOne = parts.length === 1;
  const { operation, fields } = doingOf(
    isOne ? fieldsOf(first, sight) : mergedFields(parts, sight),
    list,
    parts,
  );
  const causes = isOne ? first.causes : parts.flatMap((part) => part.causes);
  // Nearly no action is about a list: spreads in every one of them cost a tenth of all planning.
  const action = { connection, operation, object, target, key: { [match]: address }, fields, causes };
  return list === undefined ? action : { ...action, list };
}

/**
 * What names one thing to happen: rule, action and edge, and the person. Who was sent to under another key before is the
 * same person still, so what their state says was sent, or may have been, keeps its name.
 */
function onceOf({ send, rule, edge }: Due, { key, view }: Sight): string {
  const about = edge.change === 'changed' ? edge.path : edge.audience.key;
  const what = `${fingerprint([rule.name, send.place, about, edge.change, edge.at])}-`;
  const start = `${send.connection}/${send.object}!`;
  for (const known of [view.written.keys(), view.unsure])
    for (const target of known) if (target.startsWith(start + what)) return target.slice(start.length);
  return what + fingerprint(key);
}

/** One thing to happen. */
function sendOf(due: Due, now: Sight): PlannedAction {
  const { send, rule, edge } = due;
  const sight = sightOf(edge, now);
  const once = onceOf(due, sight);
  const fields = new Map<string, PlannedField>();
  for (const { name, read } of send.fields) {
    const value = read(sight);
    if (value !== undefined) fields.set(name, { value, at: 0, since: 0, rule: rule.order });
  }
  const { connection, object } = send;
  return {
    connection,
    operation: 'send',
    object,
    target: `${connection}/${object}!${once}`,
    once,
    key: {},
    fields,
    causes: [rule.causes[edge.change]],
  };
}

/** Where a row of the file leads for a person; undefined when there is nothing to address it by. */
export function addressOf(
  { address: read, start }: Row,
  sight: Sight,
): { readonly target: string; readonly address: string } | undefined {
  const address = keyText(read(sight));
  return address === undefined ? undefined : { target: start + address, address };
}

/** Of a place on a list the row that has it; undefined for what is no such place. */
export function rowOf({ connection, object, list, key }: PlannedAction): string | undefined {
  const [[match, address] = []] = Object.entries(key);
  return list === undefined ? undefined : `${connection}/${object}/${match}=${address}`;
}

/** Takes a row to where it leads; gives false when there is nothing to address it by. */
function meet(built: Building, sight: Sight, meetings: Meeting[]): boolean {
  const found = addressOf(built.row, sight);
  if (found === undefined) return false;
  const { target, address } = found;
  // Nearly always one or two, so a list is searched faster than a map is kept.
  const known = meetings.find((meeting) => meeting.target === target);
  if (known) known.parts.push(built);
  else meetings.push({ target, address, parts: [built] });
  return true;
}

function build({ rows, sends }: Wanted, sight: Sight): Plan {
  const meetings: Meeting[] = [];
  const unaddressed: string[] = [];
  for (const built of rows) {
    if (meet(built, sight, meetings)) continue;
    unaddressed.push(`${built.causes.join(', ')}: no value for ${built.row.object}.${built.row.match}`);
  }
  const actions: PlannedAction[] = [];
  for (const meeting of meetings) {
    const action = actionOf(meeting, sight);
    if (action.fields.size > 0 || meeting.parts.some(({ bare }) => bare)) actions.push(action);
  }
  for (const due of sends) actions.push(sendOf(due, sight));
  return { actions, withheld: false, unaddressed };
}

/** Whether the newest consent value known allows acting; anything but a clear yes does not. */
export function consents(view: PersonState, path: string | undefined): boolean {
  if (path === undefined) return true;
  const said = view.values.get(path)?.value;
  return said === true || (typeof said === 'string' && YES.has(said.toLowerCase()));
}

/**
 * What the rules want for a person: pure, so that `plan`, `explain` and the pipeline cannot disagree. `view` is the
 * person's view after the record was merged in, `transitions` are those of that record. Later rules win per field.
 */
export function plan(
  key: string,
  view: PersonState,
  transitions: readonly Transition[],
  rules: CompiledRules,
): Plan {
  const sight = { key, view, now: newestOf(view) };
  const wanted = collectBids(sight, transitions, rules);
  if (!consents(view, rules.consent)) {
    const optOut = planOptOut(key, view, rules);
    const isAny = optOut.actions.length + optOut.unaddressed.length > 0;
    return isAny || isSomething(wanted) ? { ...optOut, withheld: true } : NOTHING;
  }
  return isSomething(wanted) ? build(wanted, sight) : NOTHING;
}

const isSomething = ({ rows, sends }: Wanted): boolean => rows.length > 0 || sends.length > 0;

/** What the file wants done for somebody whose newest consent value says no: nothing for those who never said a thing. */
export function planOptOut(key: string, view: PersonState, rules: CompiledRules): Plan {
  if (rules.optOut.length === 0 || rules.consent === undefined || !view.values.has(rules.consent))
    return NOTHING;
  const sight = { key, view, now: newestOf(view) };
  return build(collectOptOut(sight, rules), sight);
}
