import * as z from 'zod';
import type { Entry } from '../shared/door/ports.js';
import type { Answered } from './door-load.js';

/** How a stream of the bench behaves: like one in a cloud nearby, slower than an answer may be, not at all; and again well. */
export const MOODS = ['well', 'slow', 'down', 'back'] as const;
export type Mood = (typeof MOODS)[number];

/** What one load found. */
export interface DoorLoad {
  readonly mood: Mood;
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Processor time of the door for one call, milliseconds: what a busy machine does not change. */
  readonly cpuMs: number;
  /** The most memory of the process that answers, which is also the stream and its readers: MiB, resident. */
  readonly memory: number;
  /** Profiles that were told as taken and are not in the stream. */
  readonly lost: number;
}

/** Calls a second. */
export const RATE = 500;

const Record = z.object({ identityMap: z.object({ crmid: z.array(z.object({ id: z.string() })) }) });

const idIn = ({ body }: Entry): string =>
  Record.parse(JSON.parse(Buffer.from(body).toString())).identityMap.crmid[0]?.id ?? '';

const share = (sorted: readonly number[], part: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);

/** What the answers of one load and what is in the stream then come to. */
export function summarise(
  mood: Mood,
  name: string,
  answers: readonly Answered[],
  taken: readonly Entry[],
): Omit<DoorLoad, 'cpuMs' | 'memory'> {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const inStream = new Set(taken.map(idIn));
  const statuses: Record<string, number> = {};
  let lost = 0;
  for (const { status, from, to } of answers) {
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 200) for (let n = from; n < to; n++) lost += inStream.has(`${name}-${n}`) ? 0 : 1;
  }
  return {
    mood,
    requests: answers.length,
    statuses,
    p50: share(times, 0.5),
    p99: share(times, 0.99),
    worst: share(times, 1),
    lost,
  };
}

/** Share of calls that may be turned away while the door finds out that the stream is back. */
const LATE_SHARE = 0.1;

function wrongStatuses({ mood, statuses, requests }: DoorLoad): readonly string[] {
  const { 200: taken = 0, 503: refused = 0 } = statuses;
  const others = requests - taken - refused;
  if (mood === 'back') return others > 0 || refused > requests * LATE_SHARE ? Object.keys(statuses) : [];
  const only = mood === 'well' ? '200' : '503';
  return Object.keys(statuses).filter((status) => status !== only);
}

/** What the door promises, and did not keep. */
export function missedBy(loads: readonly DoorLoad[]): readonly string[] {
  return loads.flatMap((load) => {
    const { mood, p99, worst, lost } = load;
    const wrong = wrongStatuses(load);
    return [
      ...(lost > 0 ? [`door, stream ${mood}: ${lost} profiles lost`] : []),
      ...(mood === 'well' && p99 >= 200 ? [`door: p99 of ${p99} ms is not below 200 ms`] : []),
      ...(worst >= 2_000 ? [`door, stream ${mood}: an answer took ${worst} ms`] : []),
      ...(wrong.length > 0 ? [`door, stream ${mood}: answered with ${wrong.join(', ')}`] : []),
    ];
  });
}

/** One line per load, for people. */
export const doorText = (loads: readonly DoorLoad[]): string =>
  loads
    .map(({ mood, requests, statuses, p50, p99, worst, lost, cpuMs, memory }) => {
      const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
      return `HTTP door, ${RATE} calls/s, stream ${mood.padEnd(4)} ${requests} calls: ${answers.join(', ')}; p50 ${p50} ms, p99 ${p99} ms, longest ${worst} ms; ${cpuMs} ms of processor a call; ${memory} MiB at most; ${lost} profiles lost\n`;
    })
    .join('');
