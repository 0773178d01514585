import { canonical } from '../core/fingerprint.js';
import type { Rule, RulesFile } from '../core/rules.js';
import { type Demand, demands } from './contradiction.js';

/** What a rule is about and when, in a form that is cheap to compare: some files have thousands of rules. */
export interface RuleSketch {
  readonly rule: Rule;
  readonly index: number;
  readonly trigger: string;
  /** Of how many of the audiences; undefined for `changed`. */
  readonly quantity: 'any' | 'all' | 'none' | undefined;
  readonly audiences: ReadonlySet<string>;
  /** The same for all rules with this `when`. */
  readonly when: string;
  /** The same for all rules about these audiences, or this path, whatever their trigger. */
  readonly about: string;
  /** The same for all rules with this `if`; undefined without one. */
  readonly condition: string | undefined;
  readonly demands: readonly Demand[];
}

type About = Pick<RuleSketch, 'trigger' | 'quantity' | 'audiences'>;

function aboutOf({ when }: Rule, { audiences }: RulesFile): About {
  const [[trigger, about] = ['', '']] = Object.entries(when);
  if (trigger === 'changed') return { trigger, quantity: undefined, audiences: new Set() };
  if (typeof about === 'string') return { trigger, quantity: 'any', audiences: new Set([about]) };
  const [quantity, names] =
    'any' in about
      ? (['any', about.any] as const)
      : 'all' in about
        ? (['all', about.all] as const)
        : (['none', about.none] as const);
  if (!('namespace' in names)) return { trigger, quantity, audiences: new Set(names) };
  const space = names.namespace.toLowerCase();
  const within = Object.entries(audiences).filter(
    ([, { namespace = 'ups' }]) => namespace.toLowerCase() === space,
  );
  return { trigger, quantity, audiences: new Set(within.map(([name]) => name)) };
}

/** Sketches every rule of a file, in its order. */
export const sketches = (file: RulesFile): readonly RuleSketch[] =>
  file.rules.map((rule, index) => ({
    rule,
    index,
    ...aboutOf(rule, file),
    when: canonical(rule.when),
    about: canonical(Object.values(rule.when)),
    condition: rule.if === undefined ? undefined : canonical(rule.if),
    demands: rule.if === undefined ? [] : demands(rule.if),
  }));
