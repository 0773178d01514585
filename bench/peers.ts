import { apart } from './apart.js';
import { amount, type Options, type Outcome, ratioText } from './outcome.js';
import { installPeers, openPeers } from './peers-load.js';
import { type ContestResult, contestsOf } from './peers-measure.js';
import type { Spread } from './rounds.js';

interface PeerResults {
  readonly contests: readonly ContestResult[];
  /** What could not be installed or loaded, and why. */
  readonly missing: Readonly<Record<string, string>>;
}

/** The ratio to the fastest of those a target is about; undefined when none of them was there. */
function judged({ target, rivals }: ContestResult): { name: string; ratio: Spread } | undefined {
  const meant = rivals.filter(({ name }) => target?.rivals.includes(name));
  const [fastest] = meant.sort((a, b) => a.ratio.median - b.ratio.median);
  return fastest;
}

/** Medians of two runs of the same code differ by as much, so that nobody is ahead by less. */
const NEXT_TO_NOTHING = 0.1;

/** Where tributary stands beside somebody, by the ratio of its rate to theirs. */
export function standing(ratio: Spread): string {
  const crosses = ratio.low <= 1 && ratio.high >= 1;
  if (crosses || Math.abs(ratio.median - 1) <= NEXT_TO_NOTHING)
    return `ON A PAR: tributary reaches ${ratioText(ratio)} of it`;
  return ratio.median > 1
    ? `tributary is ${ratioText(ratio)} × as fast`
    : `AHEAD: tributary reaches ${ratioText(ratio)} of it`;
}

function contestText(result: ContestResult): string {
  const { name, work, events, ours, rivals, target } = result;
  const aim = target ? ` (target: ${target.ratio} × the fastest of ${target.rivals.join(', ')})` : '';
  const line = (who: string, median: number, times: string): string =>
    `  ${who.padEnd(40)} ${amount(median * events).padStart(12)}/s  ${times}\n`;
  const others = [...rivals].sort((a, b) => b.median - a.median);
  const rows = others.map(({ name: who, median, ratio }) => line(who, median, standing(ratio)));
  return `${name}: ${work}${aim}\n${line('tributary', ours.median, '')}${rows.join('')}`;
}

function missedBy({ contests, missing }: PeerResults): readonly string[] {
  const absent = Object.entries(missing).map(([name, why]) => `peers: ${name} was not measured: ${why}`);
  const slow = contests.flatMap((result) => {
    const found = judged(result);
    const { name, target } = result;
    if (target === undefined) return [];
    if (found === undefined) return [`peers, ${name}: nobody was there whom the target is about`];
    if (found.ratio.median >= target.ratio) return [];
    return [`peers, ${name}: ${ratioText(found.ratio)} × ${found.name} is below ${target.ratio} ×`];
  });
  return [...absent, ...slow];
}

const ratiosOf = (contests: readonly ContestResult[]): Outcome['ratios'] =>
  Object.fromEntries(
    contests.flatMap(({ name, rivals }) =>
      rivals.map((rival) => [`${name}, against ${rival.name}`, rival.ratio]),
    ),
  );

/** Ours and every peer at the same work, once what they give has been found to be the same. */
export async function peers(options: Options): Promise<Outcome> {
  options.onScenario('what the peers are (npm ci of bench/peers, unless it was done)');
  const failure = options.quick ? undefined : await installPeers();
  const opened = openPeers();
  const contests: ContestResult[] = [];
  const pace = { rounds: options.rounds, ms: Math.min(options.ms, 100) };
  for (const { name } of contestsOf(opened)) {
    options.onScenario(name);
    contests.push(await apart({ kind: 'contest', name, ...pace }));
  }
  // The cause before what follows from it.
  const cause = failure === undefined ? {} : { 'bench/peers': failure };
  const missing = { ...cause, ...Object.fromEntries(opened.missing) };
  const results: PeerResults = { contests, missing };
  const loud = Object.entries(missing).map(([name, why]) => `NOT MEASURED: ${name}: ${why}\n`);
  return {
    results,
    text: `same work, same answers; rates per second of processor time, median of rounds in turn\n${contests.map(contestText).join('')}${loud.join('')}`,
    missed: missedBy(results),
    ratios: ratiosOf(contests),
  };
}
