import { quote } from '../core/names.js';
import { clash } from './contradiction.js';
import type { PathFinding } from './places.js';
import type { RuleSketch } from './rule-sketch.js';

/** Most rules over several audiences that stop others and are held against each rule. */
const MOST = 100;

/** Whether whatever brings the one rule about brings the other about as well. */
const covers = (wide: RuleSketch, narrow: RuleSketch): boolean =>
  wide.trigger === narrow.trigger &&
  wide.quantity === 'any' &&
  (narrow.quantity === 'any' || narrow.quantity === 'all') &&
  [...narrow.audiences].every((name) => wide.audiences.has(name));

const keyOf = ({ when, condition }: Pick<RuleSketch, 'when' | 'condition'>): string =>
  JSON.stringify([when, condition ?? null]);

/** Rules that an earlier one always stops. */
function unreachable(rules: readonly RuleSketch[]): readonly PathFinding[] {
  const stopping = new Map<string, RuleSketch>();
  const wide: RuleSketch[] = [];
  const found: PathFinding[] = [];
  for (const sketch of rules) {
    const { rule, index, condition } = sketch;
    // A shadow stops nobody and is stopped by nobody.
    if (rule.shadow) continue;
    const first =
      stopping.get(keyOf(sketch)) ??
      stopping.get(keyOf({ when: sketch.when, condition: undefined })) ??
      wide.find((other) => (other.condition ?? condition) === condition && covers(other, sketch));
    if (first) {
      const what = rule.otherwise ? 'its do is never reached' : 'is never reached';
      const message = `${what}: whenever it matches, ${quote(first.rule.name)} has matched before and stops`;
      const path = ['rules', index];
      found.push({ code: 'check.unreachable', path, message, other: ['rules', first.index, 'stop'] });
    } else if (rule.stop) {
      stopping.set(keyOf(sketch), sketch);
      if (sketch.quantity === 'any' && wide.length < MOST) wide.push(sketch);
    }
  }
  return found;
}

/** Conditions that shut themselves out. `isScalar` says of a path whether its value is known to be no list. */
function neverHolding(
  rules: readonly RuleSketch[],
  isScalar: (path: string) => boolean | undefined,
): readonly PathFinding[] {
  return rules.flatMap(({ index, demands }) => {
    const found = clash(demands);
    if (!found) return [];
    const { first, second, evenAsList } = found;
    const { subject } = first.test;
    const isSure = evenAsList || subject.kind !== 'path' || isScalar(subject.path);
    if (isSure === false) return [];
    const [a, b] = [first, second].map(({ test, opposite }) =>
      quote(opposite ? `not ${test.text}` : test.text),
    );
    const when = isSure ? 'never holds' : 'can hold only if the value is a list';
    const message = `${when}: ${a} and ${b} shut each other out`;
    return { code: 'check.never-holds', path: ['rules', index, 'if'], message };
  });
}

/** Rules that can never do anything. */
export const lintReach = (
  rules: readonly RuleSketch[],
  isScalar: (path: string) => boolean | undefined,
): readonly PathFinding[] => [...unreachable(rules), ...neverHolding(rules, isScalar)];
