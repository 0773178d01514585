import { type Building, collectBids, outweighs } from './bids.js';
import type { Bid, CompiledRules } from './compiled.js';
import { keyText } from './person.js';
import type { Json, Operation } from './ports.js';
import type { Sight } from './scope.js';
import type { PersonState } from './state.js';
import { newestOf, type Transition } from './view.js';

/** The value a field should have. */
export interface PlannedField {
  readonly value: Json;
  /** For a constant of an edge rule, the time of the edge (epoch microseconds): the newest wins. Else 0: the view decides. */
  readonly at: number;
  /** For a constant of a level rule, the time of the assertion it stands on, epoch microseconds. Else 0. */
  readonly since: number;
}

/** One change to one row, merged from every rule that wants it. */
export interface PlannedAction {
  readonly connection: string;
  readonly operation: Operation;
  readonly object: string;
  /** `connection/object/field=value`: what "the same row" means. */
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

/** Rows of the file that lead to one row of the target. */
interface Meeting {
  readonly address: string;
  readonly parts: [Building, ...Building[]];
}

const YES = new Set(['y', 'dy', 'in', 'true']);

const NOTHING: Plan = { actions: [], withheld: false, unaddressed: [] };

function fieldsOf({ row, bids }: Building, sight: Sight): Map<string, PlannedField> {
  const fields = new Map<string, PlannedField>();
  for (let slot = 0; slot < bids.length; slot++) {
    const winner = bids[slot];
    const value = winner?.read(sight);
    if (winner && value !== undefined)
      fields.set(row.slots[slot] ?? '', { value, at: winner.at, since: winner.since });
  }
  return fields;
}

/** Rows of the file that are matched in different ways may meet in one row of the target: their bids compete. */
function mergedFields(parts: readonly Building[], sight: Sight): Map<string, PlannedField> {
  const winners = new Map<string, Bid>();
  const fields = new Map<string, PlannedField>();
  for (const { row, bids } of parts) {
    for (const [slot, made] of bids.entries()) {
      const value = made?.read(sight);
      const name = row.slots[slot] ?? '';
      const rival = winners.get(name);
      if (made === undefined || value === undefined || (rival && !outweighs(made, rival))) continue;
      winners.set(name, made);
      fields.set(name, { value, at: made.at, since: made.since });
    }
  }
  return fields;
}

/** The rows of one target become one action; it is addressed as the last of them says. */
function actionOf(target: string, { address, parts }: Meeting, sight: Sight): PlannedAction {
  const [first, ...others] = parts;
  const last = others.at(-1) ?? first;
  const { connection, operation, object, match } = last.row;
  return {
    connection,
    operation,
    object,
    target,
    key: { [match]: address },
    fields: others.length === 0 ? fieldsOf(first, sight) : mergedFields(parts, sight),
    causes: others.length === 0 ? first.causes : parts.flatMap(({ causes }) => causes),
  };
}

/** Takes a row to where it leads; gives false when there is nothing to address it by. */
function meet(built: Building, sight: Sight, meetings: Map<string, Meeting>): boolean {
  const { connection, object, match } = built.row;
  const address = keyText(built.row.address(sight));
  if (address === undefined) return false;
  const target = `${connection}/${object}/${match}=${address}`;
  const known = meetings.get(target);
  if (known) known.parts.push(built);
  else meetings.set(target, { address, parts: [built] });
  return true;
}

function build(rows: readonly Building[], sight: Sight): Plan {
  const meetings = new Map<string, Meeting>();
  const unaddressed: string[] = [];
  for (const built of rows) {
    if (meet(built, sight, meetings)) continue;
    unaddressed.push(`${built.causes.join(', ')}: no value for ${built.row.object}.${built.row.match}`);
  }
  const actions: PlannedAction[] = [];
  for (const [target, meeting] of meetings) {
    const action = actionOf(target, meeting, sight);
    if (action.fields.size > 0 || meeting.parts.some(({ bare }) => bare)) actions.push(action);
  }
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
  const rows = collectBids(sight, transitions, rules);
  if (rows.length === 0) return NOTHING;
  if (!consents(view, rules.consent)) return { ...NOTHING, withheld: true };
  return build(rows, sight);
}
