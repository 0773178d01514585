import type { Bid, CompiledField, CompiledRule, CompiledRules, Row, Sight } from './compile.js';
import type { Json, Operation } from './ports.js';
import type { PersonState, Standing } from './state.js';
import type { Transition } from './view.js';

/** The value a field should have. */
export interface PlannedField {
  readonly value: Json;
  /** For a constant of an edge rule, the time of the edge (epoch microseconds): the newest wins. Else 0: the view decides. */
  readonly at: number;
}

/** One change to one row, merged from every rule that wants it. */
export interface PlannedAction {
  readonly connection: string;
  readonly operation: Operation;
  readonly object: string;
  /** `connection/object/key value`: what "the same row" means. */
  readonly target: string;
  readonly key: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, PlannedField>;
  /** `rule (transition)`, for people. */
  readonly causes: readonly string[];
}

export interface Plan {
  readonly actions: readonly PlannedAction[];
  /** Consent forbids acting for this person. */
  readonly withheld: boolean;
  /** Rules that matched but found no value for their `match` field. */
  readonly unaddressed: readonly string[];
}

/** When constants of a rule hold: now, until the person left, or never (not known to have been a member, ever). */
type Holding = 'now' | 'never' | { readonly until: number };

/** One row being put together: per slot the bid that wins so far. Later rules win, whatever the order of matching. */
interface Building {
  readonly row: Row;
  readonly bids: (Bid | undefined)[];
  readonly causes: string[];
  /** First rule that wants the row: rows are sent in this order. */
  order: number;
  /** A rule without fields wants the row to exist. */
  bare: boolean;
}

const YES = new Set(['y', 'dy', 'in', 'true']);

const NOTHING: Plan = { actions: [], withheld: false, unaddressed: [] };

/** Rows wanted so far; nearly always one or two, so a list is searched faster than a map is kept. */
type Rows = Building[];

function building(rows: Rows, row: Row, order: number): Building {
  for (const known of rows) {
    if (known.row !== row) continue;
    if (order < known.order) known.order = order;
    return known;
  }
  // Left full of holes on purpose: most rows have many more slots than one event bids for.
  const bids = new Array<Bid | undefined>(row.slots.length);
  const made = { row, bids, causes: [], order, bare: false };
  rows.push(made);
  return made;
}

/** The present outweighs the past; of the past, what held longer; then the later rule. */
const outweighs = (a: Bid, b: Bid): boolean =>
  a.active !== b.active ? a.active : a.until !== b.until ? a.until > b.until : a.order >= b.order;

function bidOf({ live, constant }: CompiledField, constants: Holding, at: number): Bid | undefined {
  if (!constant) return live;
  if (constants === 'now') return at === 0 ? live : { ...live, at };
  return constants === 'never' ? undefined : { ...live, active: false, until: constants.until, at };
}

/** Lets a rule bid for the fields of its rows. `at` is the time of an edge, epoch microseconds; 0 for a level. */
function bid(rows: Rows, rule: CompiledRule, cause: string, constants: Holding, at: number): void {
  const { order } = rule;
  for (const action of rule.actions) {
    const built = building(rows, action.row, order);
    built.causes.push(cause);
    if (action.fields.length === 0 && constants !== 'never') built.bare = true;
    const { bids } = built;
    for (const field of action.fields) {
      const rival = bids[field.slot];
      // A live rule earlier in the file can be outbid only by one later: skipped before anything is allocated.
      if (rival?.active && rival.order > order) continue;
      const made = bidOf(field, constants, at);
      if (made !== undefined && (rival === undefined || outweighs(made, rival))) bids[field.slot] = made;
    }
  }
}

const holding = ({ member, ever, at }: Standing): Holding =>
  member ? 'now' : ever ? { until: at } : 'never';

/**
 * A level rule is planned once the standing of its audience is known, member or not. Its constants hold for members;
 * for one who has left they stay what they last were, which is a function of the view too, so that a late "realized"
 * ends in the same row as a timely one.
 */
function bidLevels(rows: Rows, view: PersonState, rules: CompiledRules): void {
  for (const [key, standing] of view.standing) {
    const levels = rules.levels.get(key);
    if (levels === undefined) continue;
    const constants = holding(standing);
    for (const rule of levels) {
      bid(rows, rule, standing.member ? rule.causes.member : rule.causes.outside, constants, 0);
    }
  }
}

function bidEdges(rows: Rows, transitions: readonly Transition[]): void {
  for (const { audience, change, at } of transitions) {
    for (const rule of audience.rules[change]) bid(rows, rule, rule.causes[change], 'now', at);
  }
}

function addressOf(row: Row, sight: Sight): string | undefined {
  const value = row.address(sight);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function fieldsOf({ row, bids }: Building, sight: Sight): Map<string, PlannedField> {
  const fields = new Map<string, PlannedField>();
  for (let slot = 0; slot < bids.length; slot++) {
    const winner = bids[slot];
    const value = winner?.read(sight);
    if (winner && value !== undefined) fields.set(row.slots[slot] ?? '', { value, at: winner.at });
  }
  return fields;
}

/** Different rows of the file may meet in one row of the target: their fields are merged, the later rule's last. */
function merged(actions: readonly PlannedAction[]): readonly PlannedAction[] {
  const byTarget = new Map<string, PlannedAction>();
  for (const action of actions) {
    const other = byTarget.get(action.target);
    const fields = other ? new Map([...other.fields, ...action.fields]) : action.fields;
    byTarget.set(action.target, { ...action, fields, causes: [...(other?.causes ?? []), ...action.causes] });
  }
  return byTarget.size === actions.length ? actions : [...byTarget.values()];
}

function build(rows: Rows, sight: Sight): Plan {
  const actions: PlannedAction[] = [];
  const unaddressed: string[] = [];
  for (const built of rows.sort((a, b) => a.order - b.order)) {
    const { connection, operation, object, match } = built.row;
    const address = addressOf(built.row, sight);
    if (address === undefined) {
      unaddressed.push(`${built.causes.join(', ')}: no value for ${object}.${match}`);
      continue;
    }
    const fields = fieldsOf(built, sight);
    if (fields.size === 0 && !built.bare) continue;
    const target = `${connection}/${object}/${address}`;
    actions.push({
      connection,
      operation,
      object,
      target,
      key: { [match]: address },
      fields,
      causes: built.causes,
    });
  }
  return { actions: actions.length > 1 ? merged(actions) : actions, withheld: false, unaddressed };
}

/** Whether the newest consent value known allows acting; anything but a clear yes does not. */
function consents(view: PersonState, path: string | undefined): boolean {
  return path === undefined || YES.has(String(view.values.get(path)?.value).toLowerCase());
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
  const rows: Rows = [];
  bidLevels(rows, view, rules);
  bidEdges(rows, transitions);
  if (rows.length === 0) return NOTHING;
  if (!consents(view, rules.consent)) return { ...NOTHING, withheld: true };
  return build(rows, { key, view });
}
