import type { CompiledRules } from '../core/compiled.js';
import type { Asked, EndingName } from '../core/ports.js';
import { emptyEndings } from '../pipeline/ledger.js';
import type { Played } from './dry-run.js';

/** Why an action was planned: the rule, and what happened to the person. */
export interface Cause {
  /** Undefined for what the file wants done when consent is withdrawn. */
  readonly rule: string | undefined;
  readonly why: string;
}

/** Takes what the core says of an action's cause apart. */
export function causesOf(all: CompiledRules): (cause: string) => Cause {
  const known = new Map<string, Cause>();
  // `name (what happened)`
  for (const { name, causes } of [all, ...all.shadows].flatMap(({ rules }) => rules))
    for (const text of Object.values(causes))
      known.set(text, { rule: name, why: text.slice(name.length + 2, -1) });
  return (text) => known.get(text) ?? { rule: undefined, why: text };
}

/** Sums of a dry run. */
export interface Tally {
  records: number;
  actions: number;
  readonly endings: Record<EndingName, number>;
  /** Actions by rule, in the order of the file; an action of two rules counts for both. */
  readonly rules: Map<string, number>;
  /** What rules that are shadows would do, which is not in `actions`. */
  readonly shadows: Map<string, number>;
}

export const emptyTally = ({ rules, shadows }: CompiledRules): Tally => ({
  records: 0,
  actions: 0,
  endings: emptyEndings(),
  rules: new Map(rules.map(({ name }) => [name, 0])),
  shadows: new Map(shadows.flatMap((one) => one.rules.map(({ name }) => [name, 0]))),
});

/** Counts one record in. */
export function count(
  tally: Tally,
  { ending, deliveries, shadows }: Played,
  causeOf: (cause: string) => Cause,
): void {
  tally.records += 1;
  tally.actions += deliveries.length;
  tally.endings[ending.name] += 1;
  const add = (sums: Map<string, number>, { causes }: Asked): void => {
    const names = new Set(causes.map((cause) => causeOf(cause).rule ?? cause));
    for (const name of names) sums.set(name, (sums.get(name) ?? 0) + 1);
  };
  for (const one of deliveries) add(tally.rules, one);
  for (const one of shadows) add(tally.shadows, one);
}
