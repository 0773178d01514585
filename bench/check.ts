import { ratioText } from './outcome.js';
import { type Spread, spread } from './rounds.js';

type Ratios = Readonly<Record<string, Spread>>;

/** A ratio now beside the committed one. */
export interface Verdict {
  readonly name: string;
  /** Undefined when nothing is committed: it is new, and not judged. */
  readonly was: Spread | undefined;
  /** Undefined when it was not measured any more. */
  readonly is: Spread | undefined;
  /** By what share it may be lower before that means something. */
  readonly allowed: number;
  readonly worse: boolean;
}

/**
 * Processes that run the same code differ, however calm the rounds of each of them are: what was compiled when, and where things lie in
 * memory, is another matter in each. Medians of eight of `--only core` had standard deviations of 1 to 4 % on a busy machine.
 */
export const LEAST = 0.08;
/** A run so noisy that it could not show this much says nothing at all, and must not pass for that. */
export const MOST = 0.25;
/** How many standard errors apart two medians must be: three, as dozens of ratios are looked at in one go. */
const ERRORS = 3;

/**
 * How far the median of some rounds is from the true one, as a share of it: the standard error of a median is 1.253 σ / √n, and half of
 * what is normally distributed lies within 1.349 σ. Of fewer than four rounds the range is all of them, which errs on the side of noise; one
 * round says nothing of it.
 */
const error = ({ median, low, high, rounds }: Spread): number =>
  rounds.length < 2
    ? Number.POSITIVE_INFINITY
    : ((1.253 / 1.349) * (high - low)) / Math.sqrt(rounds.length) / median;

/** How much lower a ratio may be: what both medians waver by, within limits. */
const allowance = (was: Spread, is: Spread): number =>
  Math.min(MOST, Math.max(LEAST, ERRORS * Math.hypot(error(was), error(is))));

function verdict(name: string, was: Spread | undefined, is: Spread | undefined): Verdict {
  if (was === undefined) return { name, was, is, allowed: 0, worse: false };
  if (is === undefined) return { name, was, is, allowed: 0, worse: true };
  const allowed = allowance(was, is);
  // Turned round, so that what is no number is worse.
  return { name, was, is, allowed, worse: !(is.median >= was.median * (1 - allowed)) };
}

/** Holds ratios against the committed ones. One that is gone is worse; one that is new is named and not judged. */
export const judge = (committed: Ratios, measured: Ratios): readonly Verdict[] =>
  [...new Set([...Object.keys(committed), ...Object.keys(measured)])].map((name) =>
    verdict(name, committed[name], measured[name]),
  );

/** The rounds of two runs in one: what was measured in one of them only stays as it was. */
export function pooled(first: Ratios, second: Ratios): Ratios {
  const both: Record<string, Spread> = { ...first };
  for (const [name, { rounds }] of Object.entries(second))
    both[name] = spread([...(first[name]?.rounds ?? []), ...rounds]);
  return both;
}

function line({ name, was, is, allowed, worse }: Verdict): string {
  if (is === undefined)
    return `WORSE  ${name}: ${was ? `was ${ratioText(was)} and ` : ''}is not measured any more\n`;
  if (was === undefined) return `new    ${name}: ${ratioText(is)}, nothing is committed to hold it against\n`;
  const bound = `may be ${Math.round(allowed * 100)} % lower`;
  return `${worse ? 'WORSE' : 'ok   '}  ${name}: ${ratioText(is)}, was ${ratioText(was)}, ${bound}\n`;
}

/** A line per ratio, for people. */
export const verdictText = (verdicts: readonly Verdict[]): string => verdicts.map(line).join('');
