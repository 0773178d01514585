import { type Contest, dissenters } from './contestant.js';
import { amount, type Options, type Outcome, ratioText } from './outcome.js';
import { conditionContests } from './peers-conditions.js';
import { decodeContests } from './peers-decode.js';
import { installPeers, openPeers, type Peers } from './peers-load.js';
import { mappingContests } from './peers-mapping.js';
import { type Field, race } from './rivals.js';
import type { Spread } from './rounds.js';

/** What one contest came to. */
interface Result extends Field {
  readonly name: string;
  readonly work: string;
  readonly events: number;
  readonly target: Contest['target'];
}

interface PeerResults {
  readonly contests: readonly Result[];
  /** What could not be installed or loaded, and why. */
  readonly missing: Readonly<Record<string, string>>;
}

/** The contests of whatever is installed. */
export const contestsOf = (peers: Peers): readonly Contest[] => [
  ...mappingContests(peers),
  ...conditionContests(peers),
  ...decodeContests(peers),
];

async function measure(contest: Contest, options: Options): Promise<Result> {
  const { name, work, events, ours, rivals, target } = contest;
  options.onScenario(name);
  const wrong = await dissenters(contest);
  if (wrong.length > 0) throw new Error(`${name}: not the same work:\n${wrong.join('\n')}`);
  const field = await race(ours, rivals, { rounds: options.rounds, ms: Math.min(options.ms, 100) });
  return { name, work, events, target, ...field };
}

/** The ratio to the fastest of those a target is about; undefined when none of them was there. */
function judged({ target, rivals }: Result): { name: string; ratio: Spread } | undefined {
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

function contestText(result: Result): string {
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

const ratiosOf = (contests: readonly Result[]): Outcome['ratios'] =>
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
  const contests: Result[] = [];
  for (const contest of contestsOf(opened)) contests.push(await measure(contest, options));
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
