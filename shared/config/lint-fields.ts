import { canonical } from '../core/fingerprint.js';
import { quote } from '../core/names.js';
import type { RulesFile } from '../core/rules.js';
import { isConstant } from '../core/source.js';
import { clash } from './contradiction.js';
import type { PathFinding } from './places.js';
import type { RuleSketch } from './rule-sketch.js';
import { actionsOf, type PlacedAction } from './walk.js';

/** One action's wish for one field of one row. */
interface Wish {
  readonly action: PlacedAction;
  readonly name: string;
  readonly source: string;
}

type Fields = ReadonlyMap<string, readonly Wish[]>;

const rowOf = ({ connection, object, list, match }: PlacedAction): string =>
  canonical([connection, object, list ?? null, match]);

/** Every wish for a field, by field, in the order of the file. */
function wishes(actions: readonly PlacedAction[]): Fields {
  const fields = new Map<string, Wish[]>();
  for (const action of actions) {
    // What is sent is no row: two sends are two things that happen.
    if (action.operation === 'send') continue;
    const row = rowOf(action);
    for (const [name, source] of Object.entries(action.set)) {
      const id = `${row} ${name}`;
      const all = fields.get(id) ?? [];
      all.push({ action, name, source: canonical(source) });
      fields.set(id, all);
    }
  }
  return fields;
}

const EDGES = new Set(['entered', 'left', 'stayed']);

/** Whether two rules can both speak on one record: who enters an audience does not leave it at the same time. */
function canMeet(first: RuleSketch, second: RuleSketch): boolean {
  // A shadow wins and loses nothing.
  if (first.rule.stop || first.rule.shadow || second.rule.shadow) return false;
  const areEdges = EDGES.has(first.trigger) && EDGES.has(second.trigger);
  if (areEdges && first.trigger !== second.trigger && first.about === second.about) return false;
  return clash([...first.demands, ...second.demands]) === undefined;
}

function isContest(earlier: Wish, later: Wish, rules: readonly RuleSketch[]): boolean {
  if (earlier.source === later.source) return false;
  const [first, second] = [earlier.action, later.action];
  if (first.rule === undefined || second.rule === undefined) return false;
  if (first.rule === second.rule) return first.part === second.part;
  const [a, b] = [rules[first.rule], rules[second.rule]];
  return a !== undefined && b !== undefined && canMeet(a, b);
}

/** Most wishes for one field that are held against each other. */
const MOST = 100;

/** Fields for which two rules want different values of one row: the later one wins. */
function contested(fields: Fields, rules: readonly RuleSketch[]): readonly PathFinding[] {
  const found: PathFinding[] = [];
  for (const all of fields.values()) {
    const some = all.slice(0, MOST);
    for (const [i, later] of some.entries()) {
      const earlier = some.slice(0, i).findLast((wish) => isContest(wish, later, rules));
      if (!earlier) continue;
      const { action, name } = later;
      const rule = rules[earlier.action.rule ?? -1]?.rule.name ?? '';
      const message =
        earlier.action.rule === action.rule
          ? 'is written twice by this rule: the later action wins'
          : `is written by ${quote(rule)} too: where both rules match, this one wins because it is later`;
      found.push({
        code: 'check.contested',
        path: [...action.at, 'set', name],
        message,
        other: [...earlier.action.at, 'set', name],
      });
    }
  }
  return found;
}

/** Constants that a rule writes while its condition holds, and that nothing in the file takes back. */
function oneWay(fields: Fields, rules: readonly RuleSketch[]): readonly PathFinding[] {
  const found: PathFinding[] = [];
  for (const all of fields.values()) {
    const owners = new Set(all.map(({ action }) => `${action.rule} ${action.part}`));
    const [first] = all;
    const { rule: index, part, at, set } = first?.action ?? {};
    const { rule, trigger } = rules[index ?? -1] ?? {};
    if (!first || !rule || owners.size > 1 || part !== 'do') continue;
    const source = set?.[first.name];
    const isBranch = trigger === 'member' && rule.if !== undefined && rule.otherwise === undefined;
    if (!isBranch || !source || !isConstant(source)) continue;
    found.push({
      code: 'check.no-way-back',
      path: [...(at ?? []), 'set', first.name],
      message:
        'stays as it is when the condition no longer holds, so the order of records decides; say in otherwise what holds then',
    });
  }
  return found;
}

/** What rules write that others overwrite, or that nothing takes back. */
export function lintFields(file: RulesFile, rules: readonly RuleSketch[]): readonly PathFinding[] {
  const fields = wishes(actionsOf(file));
  return [...contested(fields, rules), ...oneWay(fields, rules)];
}
