import type { CompiledRules } from '../core/compiled.js';
import type { EndingName } from '../core/ports.js';
import { emptyEndings } from '../pipeline/ledger.js';
import type { Played } from './dry-run.js';

/** Why an action was planned: the rule, and what happened to the person. */
export interface Cause {
  /** Undefined for what the file wants done when consent is withdrawn. */
  readonly rule: string | undefined;
  readonly why: string;
}

/** Takes what the core says of an action's cause apart. */
export function causesOf({ rules }: CompiledRules): (cause: string) => Cause {
  const known = new Map<string, Cause>();
  // `name (what happened)`
  for (const { name, causes } of rules)
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
}

export const emptyTally = ({ rules }: CompiledRules): Tally => ({
  records: 0,
  actions: 0,
  endings: emptyEndings(),
  rules: new Map(rules.map(({ name }) => [name, 0])),
});

/** Counts one record in. */
export function count(tally: Tally, { ending, deliveries }: Played, causeOf: (cause: string) => Cause): void {
  tally.records += 1;
  tally.actions += deliveries.length;
  tally.endings[ending.name] += 1;
  for (const { causes } of deliveries) {
    const names = new Set(causes.map((cause) => causeOf(cause).rule ?? cause));
    for (const name of names) tally.rules.set(name, (tally.rules.get(name) ?? 0) + 1);
  }
}
