import { ratioText } from './outcome.js';
import type { Spread } from './rounds.js';

type Ratios = Readonly<Record<string, Spread>>;

/** A ratio now beside the committed one. */
export interface Verdict {
  readonly name: string;
  readonly was: Spread;
  /** Undefined when it was not measured any more. */
  readonly is: Spread | undefined;
  /** By what share it may be lower before that means something. */
  readonly allowed: number;
  readonly worse: boolean;
}

/** Between two runs of the same code on one machine medians differ by this share, however calm each of them was. */
const LEAST = 0.1;
/** A run as noisy as this says nothing at all, and must not pass for that. */
const MOST = 0.5;

/** How far half of the rounds are from the middle, as a share of it. */
const noise = ({ median, low, high }: Spread): number => (high - low) / 2 / median;

/** How much lower a ratio may be: what both runs were seen to waver by, within limits. */
const allowance = (was: Spread, is: Spread): number =>
  Math.min(MOST, Math.max(LEAST, noise(was) + noise(is)));

/** Holds ratios against the committed ones. One that is gone is worse; one that is new is not judged. */
export const judge = (committed: Ratios, measured: Ratios): readonly Verdict[] =>
  Object.entries(committed).map(([name, was]) => {
    const is = measured[name];
    if (is === undefined) return { name, was, is, allowed: 0, worse: true };
    const allowed = allowance(was, is);
    return { name, was, is, allowed, worse: !(is.median >= was.median * (1 - allowed)) };
  });

/** Of two runs the better one of each ratio: what is worse in both is no accident. */
export function betterOf(first: Ratios, second: Ratios): Ratios {
  const better = { ...second };
  for (const [name, ratio] of Object.entries(first)) {
    const other = second[name];
    if (other === undefined || ratio.median > other.median) better[name] = ratio;
  }
  return better;
}

/** A line per ratio, for people. */
export const verdictText = (verdicts: readonly Verdict[]): string =>
  verdicts
    .map(({ name, was, is, allowed, worse }) => {
      if (is === undefined) return `WORSE  ${name}: was ${ratioText(was)} and is not measured any more\n`;
      const bound = `may be ${Math.round(allowed * 100)} % lower`;
      return `${worse ? 'WORSE' : 'ok   '}  ${name}: ${ratioText(is)}, was ${ratioText(was)}, ${bound}\n`;
    })
    .join('');
