import { USUAL } from './journey-events.js';
import type { Journey } from './journey-run.js';
import { LATENCY } from './journey-world.js';
import { amount, ratioText } from './outcome.js';
import type { Spread } from './rounds.js';

/** Those who handle the stream. */
export const NAMES = {
  ours: 'tributary',
  perBatch: 'zod, 200 rows a call',
  parallel: 'Powertools, a call a record, order lost',
  inOrder: 'Powertools, a call a record, in order',
} as const;

/** Requests a day that an org of Salesforce's Enterprise Edition may make before licences are added. */
export const DAILY_CALLS = 100_000;
const DAY_SECONDS = 86_400;

/** Events a second day in, day out: what the run did, or what the CRM's limit of a day leaves of it. */
export const limited = (
  { rate, calls }: Pick<Journey, 'rate' | 'calls'>,
  events: number,
  daily = DAILY_CALLS,
): number => Math.min(rate, ((events / Math.max(1, calls)) * daily) / DAY_SECONDS);

/** An org with many licences: ten times the calls. */
export const MANY_CALLS = 10 * DAILY_CALLS;

/** What one of them came to. */
export interface JourneyResult {
  readonly name: string;
  /** Events a second. */
  readonly rate: Spread;
  readonly callsPer10k: number;
  readonly rowsPer10k: number;
  readonly most: number;
  readonly cpuMicros: number;
  /** From the send to the row, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Our rate over this one's: in the run, within the CRM's limit of a day, and within ten times that limit. */
  readonly ratio: Spread;
  readonly atLimit: Spread;
  readonly atMany: Spread;
}

/** The usual mix, and one without re-exports. */
export interface JourneyResults {
  readonly usual: readonly JourneyResult[];
  readonly news: readonly JourneyResult[];
  /** Why somebody was not measured. */
  readonly missing: string | undefined;
}

const times = (what: string, ratio: Spread): string =>
  ratio.median >= 1 ? `${what} ${ratioText(ratio)} ×` : `${what} AHEAD of us, we reach ${ratioText(ratio)}`;

function row(one: JourneyResult): string {
  const { name, rate, callsPer10k, rowsPer10k, p50, p99, cpuMicros, most } = one;
  const sustained = limited({ rate: rate.median, calls: callsPer10k }, 10_000);
  const mine =
    name === NAMES.ours
      ? ''
      : `\n${' '.repeat(42)}tributary against it: ${times('backlog', one.ratio)}, ${times('within the limit', one.atLimit)}, ${times('within ten times the limit', one.atMany)}`;
  return `  ${name.padEnd(40)}${amount(rate.median).padStart(7)} events/s of a backlog, ${amount(sustained)}/s within the limit; ${amount(callsPer10k)} calls and ${amount(rowsPer10k)} rows for 10,000 events, ${most} calls at once at most; send to row p50 ${p50} ms, p99 ${p99} ms; ${Math.round(cpuMicros)} µs of processor an event${mine}\n`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The results for people. */
export function journeyText({ usual, news, missing }: JourneyResults): string {
  const known = 1 - USUAL.changed - USUAL.newer;
  const mix = `${percent(USUAL.changed)} of the events change a row, ${percent(USUAL.newer)} bring a newer time only, ${percent(known)} repeat what is known`;
  return [
    `from the stream to the row, one shard, batches of 500; the CRM answers after ${LATENCY.crm} ms, the table of states after ${LATENCY.table} ms\n`,
    `limit: ${DAILY_CALLS.toLocaleString('en')} calls a day, as Salesforce gives an org (targets within it: 20 × a call a record, 2 × 200 rows a call, fewer calls)\n`,
    `${mix}:\n`,
    ...usual.map(row),
    'every event changes a row:\n',
    ...news.map(row),
    missing === undefined ? '' : `NOT MEASURED: Powertools: ${missing}\n`,
  ].join('');
}

/** The targets that were missed. */
export function journeyMissed({ usual, missing }: JourneyResults): readonly string[] {
  const [ours, ...others] = usual;
  const found = others.flatMap(({ name, atLimit, callsPer10k }) => {
    const target = name === NAMES.perBatch ? 2 : 20;
    return [
      ...(atLimit.median < target
        ? [`end to end: within the limit ${ratioText(atLimit)} × ${name} is below ${target} ×`]
        : []),
      ...(ours && ours.callsPer10k >= callsPer10k
        ? [`end to end: no fewer calls than ${name}: ${amount(ours.callsPer10k)} for 10,000 events`]
        : []),
    ];
  });
  return missing === undefined ? found : [...found, `end to end: Powertools was not measured: ${missing}`];
}
