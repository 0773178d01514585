import { FEW_ROUNDS, type Spread } from './rounds.js';

/** What a benchmark is told. */
export interface Options {
  /** Rounds per scenario; benchmarks whose rounds are long take fewer. */
  readonly rounds: number;
  /** Processor time per contender and round, milliseconds. */
  readonly ms: number;
  /** Of load on the HTTP door. */
  readonly seconds: number;
  /** Of the longest file whose memory is measured. */
  readonly rows: number;
  /** Next to no work: whether everything still runs and gives what it should, not how fast. */
  readonly quick: boolean;
  /** Told what is measured now. */
  readonly onScenario: (name: string) => void;
}

/** What a benchmark found. */
export interface Outcome {
  /** For machines. */
  readonly results: unknown;
  /** For people: lines, each with its end. */
  readonly text: string;
  /** The targets it missed, a sentence each. */
  readonly missed: readonly string[];
  /** Ratios, of which more is better, that `bench:check` holds against the committed ones. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

/** A benchmark, by the name that `--only` takes. */
export type Benchmark = (options: Options) => Promise<Outcome>;

/** `12.3 (11.9-12.6)`: the median and the range in which half of the rounds were, or, said so, all of few. */
export function ratioText({ median, low, high, rounds }: Spread): string {
  const digits = median >= 100 ? 0 : median >= 10 ? 1 : 2;
  const middle = median.toFixed(digits);
  if (rounds.length === 1) return `${middle} (one round)`;
  const all = rounds.length < FEW_ROUNDS ? `, all ${rounds.length} rounds` : '';
  return `${middle} (${low.toFixed(digits)}-${high.toFixed(digits)}${all})`;
}

/** A number for people: three digits at least, thousands apart. */
export const amount = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2 });
