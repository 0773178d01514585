import type { Change } from '../shared/dry-run/changes.js';
import type { Cause } from '../shared/dry-run/tally.js';

/** Actions by what became of them. */
export type Counts = Record<Change['kind'], number>;

/** Sums of a comparison. */
export interface DiffSums {
  events: number;
  /** Events of which some action differs. */
  differing: number;
  /** Events that cannot be read. */
  malformed: number;
  readonly actions: Counts;
  /** By rule; an action of several rules counts for each. */
  readonly rules: Map<string, Counts>;
  /** The same of rules that are shadows: they change nothing, so they count nowhere else. */
  readonly shadows: Map<string, Counts>;
  /** Actions of shadows, each once, by what became of them. */
  readonly shadowActions: Counts;
}

const none = (): Counts => ({ added: 0, removed: 0, changed: 0 });

export const emptySums = (): DiffSums => ({
  events: 0,
  differing: 0,
  malformed: 0,
  actions: none(),
  rules: new Map(),
  shadows: new Map(),
  shadowActions: none(),
});

/** The sums by rule, for tables: shadows last, and marked. */
export const ruleRows = ({ rules, shadows }: DiffSums): readonly (readonly [string, Counts])[] => [
  ...rules,
  ...[...shadows].map(([name, counts]) => [`${name} (shadow)`, counts] as const),
];

/** Takes an action's causes apart, in either version. */
export interface CauseOf {
  readonly before: (cause: string) => Cause;
  readonly after: (cause: string) => Cause;
}

/** The rules that asked for what differs, in either version. */
export function rulesOf(change: Change, causeOf: CauseOf): readonly string[] {
  const named = (causes: readonly string[] = [], of: (cause: string) => Cause): string[] =>
    causes.map((cause) => of(cause).rule ?? cause);
  const before = 'before' in change ? named(change.before.causes, causeOf.before) : [];
  const after = 'after' in change ? named(change.after.causes, causeOf.after) : [];
  return [...new Set([...before, ...after])];
}

/** Counts the differences of one event in. */
export function countChanges(sums: DiffSums, changes: readonly Change[], causeOf: CauseOf): void {
  sums.events += 1;
  if (changes.some(({ shadow }) => !shadow)) sums.differing += 1;
  for (const change of changes) {
    const { kind, shadow } = change;
    (shadow ? sums.shadowActions : sums.actions)[kind] += 1;
    const rules = shadow ? sums.shadows : sums.rules;
    for (const rule of rulesOf(change, causeOf)) {
      const counts = rules.get(rule) ?? none();
      counts[kind] += 1;
      rules.set(rule, counts);
    }
  }
}
