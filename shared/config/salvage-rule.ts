import type { PathFinding } from './places.js';

type Path = PathFinding['path'];
type Members = Readonly<Record<string, unknown>>;

/** What is left of a rule without its faulty parts, and the place in the rule itself of a place in what is left. */
export interface SalvagedRule {
  readonly plain: unknown;
  readonly original: (path: Path) => Path;
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (members: Members, names: ReadonlySet<string>): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.has(name)));

/** An action without the fields that are faulty; nothing when there is more wrong with it than that. */
function mendedAction(action: unknown, faults: readonly Path[]): unknown {
  if (faults.length === 0) return action;
  if (!isMembers(action) || !isMembers(action['set'])) return undefined;
  if (faults.some(([member, field]) => member !== 'set' || field === undefined)) return undefined;
  const set = without(action['set'], new Set(faults.map(([, field]) => String(field))));
  // Some actions must set something.
  return Object.keys(set).length === 0 && !('upsert' in action || 'add to' in action)
    ? undefined
    : { ...action, set };
}

/** The actions of a list that are right, or can be mended, and their places in it. */
function mendedActions(actions: readonly unknown[], faults: readonly Path[]) {
  const kept = [...actions.entries()].flatMap(([place, action]) => {
    const inside = faults.filter(([at]) => at === place).map((path) => path.slice(1));
    const mended = mendedAction(action, inside);
    return mended === undefined ? [] : [{ place, mended }];
  });
  return { list: kept.map(({ mended }) => mended), places: kept.map(({ place }) => place) };
}

/**
 * Takes the faulty parts out of a rule; `faults` are places in it. In the place of a faulty name or condition there is
 * one that no other rule has, so that nothing is said of rules that seem alike only now. Nothing when too little is left:
 * without its `when` and without any action nothing can be said of a rule.
 */
export function salvageRule(rule: unknown, index: number, faults: readonly Path[]): SalvagedRule | undefined {
  if (!isMembers(rule)) return undefined;
  if (faults.some(([member]) => member === undefined || member === 'when')) return undefined;
  const faulty = new Set(faults.map(([member]) => String(member)));
  const left: Record<string, unknown> = { ...without(rule, faulty) };
  if (faulty.has('name')) left['name'] = `rules[${index}]`;
  if (faulty.has('if')) left['if'] = `$key = "rules[${index}]"`;
  const kept = new Map<PropertyKey, readonly number[]>();
  for (const member of ['do', 'otherwise']) {
    const actions = rule[member];
    const inside = faults.filter(([first]) => first === member).map((path) => path.slice(1));
    if (inside.length === 0 || !Array.isArray(actions) || inside.some(([place]) => place === undefined))
      continue;
    const { list, places } = mendedActions(actions, inside);
    if (list.length > 0) left[member] = list;
    kept.set(member, places);
  }
  if (left['do'] === undefined) return undefined;
  return {
    plain: left,
    original: ([member, place, ...rest]) => {
      if (member === undefined) return [];
      if (typeof place !== 'number') return place === undefined ? [member] : [member, place, ...rest];
      return [member, kept.get(member)?.[place] ?? place, ...rest];
    },
  };
}
