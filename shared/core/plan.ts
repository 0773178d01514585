import type { CompiledAction, CompiledRule, CompiledRules, Sight } from './compile.js';
import type { Json, Operation } from './ports.js';
import type { PersonState } from './state.js';
import type { Transition } from './view.js';

/** The value a field should have. */
export interface PlannedField {
  readonly value: Json;
  /** For a constant, the time of the assertion that caused it (epoch microseconds): the newest wins. Else 0. */
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

/** A rule that matches, and the time its constants carry; without one it speaks of a non-member and sets no constants. */
interface Match {
  readonly rule: CompiledRule;
  readonly constantAt: number | undefined;
  readonly cause: string;
}

const YES = new Set(['y', 'dy', 'in', 'true']);

const NOTHING: Plan = { actions: [], withheld: false, unaddressed: [] };

/** A level rule is planned once the standing of its audience is known, member or not. */
function levelMatches(view: PersonState, transitions: readonly Transition[], rules: CompiledRules): Match[] {
  const matches: Match[] = [];
  for (const [key, standing] of view.standing) {
    const levels = rules.byKey.get(key)?.rules.member;
    if (levels === undefined || levels.length === 0) continue;
    // A late record that shows the person as a member supplies the constants it would have written in its own time.
    const late = transitions.find(({ audience, member }) => member && audience.key === key);
    const constantAt = standing.member ? standing.at : late?.at;
    const state = standing.member ? 'member' : 'not a member';
    for (const rule of levels) matches.push({ rule, constantAt, cause: `${rule.name} (${state})` });
  }
  return matches;
}

function matchesOf(view: PersonState, transitions: readonly Transition[], rules: CompiledRules): Match[] {
  const matches = levelMatches(view, transitions, rules);
  for (const { audience, change, at } of transitions) {
    if (change === 'out' || change === 'stale') continue;
    for (const rule of audience.rules[change]) {
      matches.push({ rule, constantAt: at, cause: `${rule.name} (${change} ${audience.name})` });
    }
  }
  return matches.length > 1 ? matches.sort((a, b) => a.rule.order - b.rule.order) : matches;
}

function fieldsOf(
  action: CompiledAction,
  sight: Sight,
  constantAt: number | undefined,
): Map<string, PlannedField> {
  const fields = new Map<string, PlannedField>();
  for (const { name, read, constant } of action.fields) {
    if (constant && constantAt === undefined) continue;
    const value = read(sight);
    if (value !== undefined) fields.set(name, { value, at: constant ? (constantAt ?? 0) : 0 });
  }
  return fields;
}

function addressOf(action: CompiledAction, sight: Sight): string | undefined {
  const value = action.match.read(sight);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

interface Gathering {
  readonly sight: Sight;
  readonly actions: Map<string, PlannedAction>;
  readonly unaddressed: string[];
}

function gather({ sight, actions, unaddressed }: Gathering, action: CompiledAction, match: Match): void {
  const address = addressOf(action, sight);
  if (address === undefined) {
    unaddressed.push(`${match.rule.name}: no value for ${action.match.field}`);
    return;
  }
  const fields = fieldsOf(action, sight, match.constantAt);
  if (fields.size === 0 && (action.fields.length > 0 || match.constantAt === undefined)) return;
  const { connection, operation, object } = action;
  const target = `${connection}/${object}/${address}`;
  const other = actions.get(target);
  actions.set(target, {
    connection,
    operation,
    object,
    target,
    key: { [action.match.field]: address },
    fields: other ? new Map([...other.fields, ...fields]) : fields,
    causes: other ? [...other.causes, match.cause] : [match.cause],
  });
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
  const matches = matchesOf(view, transitions, rules);
  if (matches.length === 0) return NOTHING;
  if (!consents(view, rules.consent)) return { ...NOTHING, withheld: true };
  const gathering: Gathering = { sight: { key, view }, actions: new Map(), unaddressed: [] };
  for (const match of matches) {
    for (const action of match.rule.actions) gather(gathering, action, match);
  }
  return { actions: [...gathering.actions.values()], withheld: false, unaddressed: gathering.unaddressed };
}
