import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { startDoorServer } from '../local/door-server.js';
import { systemClock } from '../shared/clock.js';
import { compile } from '../shared/core/compile.js';
import { RulesFile } from '../shared/core/rules.js';
import { NO_TOOLS } from '../shared/core/tools.js';
import { createAttempts } from '../shared/door/auth/attempts.js';
import { gateOf } from '../shared/door/auth/gate-of.js';
import { basicCheck, bearerCheck } from '../shared/door/auth/static.js';
import { ANSWER_MS, handleDoor } from '../shared/door/door.js';
import { exportsRoute } from '../shared/door/exports.js';
import type { Appender, Entry } from '../shared/door/ports.js';
import { memoryKept } from '../shared/stores/memory-kept.js';
import { Answered, type Load } from './door-load.js';

/** How a stream of the bench behaves: like one in a cloud nearby, slower than an answer may be, or not at all. */
type Mood = 'well' | 'slow' | 'down';

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
  /** Profiles that were told as taken and are not in the stream. */
  readonly lost: number;
}

const TOKEN = 'bench-token-0123456789abcdef';
const LATENCY_MS = { well: 8, slow: 4_000, down: 0 } as const;

interface BenchStream extends Appender {
  mood: Mood;
  readonly taken: Entry[];
}

/** A stand-in for the service, so that the door is measured and not an emulator beside it on the same cores. */
function benchStream(): BenchStream {
  const stream: BenchStream = {
    place: 'bench',
    maxBytes: 1_048_000,
    mood: 'well',
    taken: [],
    reach: async () => undefined,
    async append(entries, signal) {
      if (stream.mood === 'down') return new Promise(() => undefined);
      await systemClock.sleep(LATENCY_MS[stream.mood] * (0.5 + Math.random()), signal);
      stream.taken.push(...entries);
      return entries.map(() => ({ kind: 'durable' as const }));
    },
  };
  return stream;
}

async function openBench(stream: Appender) {
  const file = {
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid', 'email'] },
    connections: {},
    rules: [],
  };
  const { rules } = compile(RulesFile.parse(file), NO_TOOLS);
  const clock = systemClock;
  const log = { write: () => undefined };
  const secrets = {
    get: async (name: string) => (name === 'door-bearer' ? TOKEN : 'somebody:with a password'),
  };
  const attempts = createAttempts(clock);
  const any = [await basicCheck({ secrets, clock, attempts }), await bearerCheck({ secrets, clock })];
  const gate = gateOf({ any, certificate: undefined }, log);
  const exports = exportsRoute({
    rules,
    appender: stream,
    deadLetters: memoryKept(clock),
    clock,
    log,
    random: Math.random,
    maxBytes: 10_485_760,
    maxUnpackedBytes: 33_554_432,
  });
  const deps = { routes: [exports], gate, clock, log, newId: randomUUID, answerMs: ANSWER_MS };
  return startDoorServer((request) => handleDoor(request, deps));
}

/** The load has a process of its own, as AEP has a machine of its own. */
function apply(load: Load): Promise<readonly Answered[]> {
  const sender = fork(fileURLToPath(new URL('./door-load.js', import.meta.url)));
  return new Promise((resolve, reject) => {
    sender.once('message', (answers) => resolve(z.array(Answered).parse(answers)));
    sender.once('error', reject);
    sender.once('exit', (code) => reject(new Error(`the load ended with ${code}`)));
    sender.send(load);
  });
}

const Record = z.object({ identityMap: z.object({ crmid: z.array(z.object({ id: z.string() })) }) });

const idIn = ({ body }: Entry): string =>
  Record.parse(JSON.parse(Buffer.from(body).toString())).identityMap.crmid[0]?.id ?? '';

const share = (sorted: readonly number[], part: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);

function summarise(
  mood: Mood,
  name: string,
  answers: readonly Answered[],
  taken: readonly Entry[],
): Omit<DoorLoad, 'cpuMs'> {
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

/**
 * Loads the door over HTTP, in this process, with 500 calls a second of mixed sizes: with a stream that is well, one that is
 * too slow for an answer in time, and one that is down.
 */
export async function benchDoor(seconds: number): Promise<readonly DoorLoad[]> {
  const stream = benchStream();
  const server = await openBench(stream);
  const loads: DoorLoad[] = [];
  try {
    // What is compiled on the way is not what is measured.
    await apply({ url: server.url, token: TOKEN, rate: 200, seconds: 1, name: 'warm' });
    for (const mood of ['well', 'slow', 'down'] as const) {
      stream.mood = mood;
      const name = `${mood}`;
      const duration = mood === 'well' ? seconds : Math.min(seconds, 3);
      const load = { url: server.url, token: TOKEN, rate: 500, seconds: duration, name };
      const before = process.cpuUsage();
      const answers = await apply(load);
      const { user, system } = process.cpuUsage(before);
      const cpuMs = Math.round((user + system) / answers.length / 10) / 100;
      loads.push({ ...summarise(mood, name, answers, stream.taken), cpuMs });
      stream.taken.length = 0;
    }
  } finally {
    await server.close();
  }
  return loads;
}

/** What the door promises, and did not keep. */
export function missedBy(loads: readonly DoorLoad[]): readonly string[] {
  return loads.flatMap(({ mood, statuses, p99, worst, lost }) => {
    const only = mood === 'well' ? '200' : '503';
    const others = Object.keys(statuses).filter((status) => status !== only);
    return [
      ...(lost > 0 ? [`door, stream ${mood}: ${lost} profiles lost`] : []),
      ...(mood === 'well' && p99 >= 200 ? [`door: p99 of ${p99} ms is not below 200 ms`] : []),
      ...(worst >= 2_000 ? [`door, stream ${mood}: an answer took ${worst} ms`] : []),
      ...(others.length > 0 ? [`door, stream ${mood}: answered with ${others.join(', ')}`] : []),
    ];
  });
}

/** One line per load, for people. */
export const doorText = (loads: readonly DoorLoad[]): string =>
  loads
    .map(({ mood, requests, statuses, p50, p99, worst, lost, cpuMs }) => {
      const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
      return `HTTP door, 500 calls/s, stream ${mood.padEnd(5)} ${requests} calls: ${answers.join(', ')}; p50 ${p50} ms, p99 ${p99} ms, worst ${worst} ms; ${cpuMs} ms of processor a call; ${lost} profiles lost\n`;
    })
    .join('');
