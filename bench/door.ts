import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { startDoorServer } from '../local/door-server.js';
import { systemClock } from '../shared/clock.js';
import { createAttempts } from '../shared/door/auth/attempts.js';
import { gateOf } from '../shared/door/auth/gate-of.js';
import { basicCheck, bearerCheck } from '../shared/door/auth/static.js';
import { inTurn } from '../shared/door/content.js';
import { ANSWER_MS, handleDoor } from '../shared/door/door.js';
import { exportsRoute } from '../shared/door/exports.js';
import type { Appender, Entry } from '../shared/door/ports.js';
import { createRoom } from '../shared/door/room.js';
import { watchStream } from '../shared/door/stream-watch.js';
import { memoryKept } from '../shared/stores/memory-kept.js';
import { Answered, type Load } from './door-load.js';
import { type DoorLoad, MOODS, type Mood, RATE, summarise } from './door-report.js';
import { rulesOf } from './rules-of.js';
import { forkKept } from './tidy.js';

const TOKEN = 'bench-token-0123456789abcdef';
const LATENCY_MS = { well: 8, slow: 4_000, down: 0, back: 8 } as const;

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
  const rules = rulesOf(file);
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
    room: createRoom({ calls: 1_000, bytes: 67_108_864 }),
    watch: watchStream(clock),
    turn: inTurn(),
    takesSamples: false,
    maxBytes: 10_485_760,
    maxUnpackedBytes: 10_485_760,
  });
  const deps = { routes: [exports], gate, clock, log, newId: randomUUID, answerMs: ANSWER_MS };
  return startDoorServer((request) => handleDoor(request, deps));
}

/** The load has a process of its own, as AEP has a machine of its own. */
function apply(load: Load): Promise<readonly Answered[]> {
  const sender = forkKept(fileURLToPath(new URL('./door-load.js', import.meta.url)), []);
  return new Promise((resolve, reject) => {
    sender.once('message', (answers) => resolve(z.array(Answered).parse(answers)));
    sender.once('error', reject);
    // Not its exit: that may be heard of before its last message.
    sender.once('disconnect', () => reject(new Error('the load ended without an answer')));
    sender.send(load);
  });
}

/** Watches how much memory the process takes while something goes on; gives the most, MiB. */
async function peakDuring(work: () => Promise<void>): Promise<number> {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 100);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return Math.round(peak / 1_048_576);
}

/** What is compiled on the way is not what is measured. */
const WARM_UP = { rate: 200, seconds: 1, name: 'warm' };

/**
 * Loads the door over HTTP, in this process, with 500 calls a second of mixed sizes: with a stream that is well, one that is
 * too slow for an answer in time, one that is down, and one that has just come back. Seconds are of the first; the others
 * take five at most.
 */
export async function benchDoor(seconds: number): Promise<readonly DoorLoad[]> {
  const stream = benchStream();
  const server = await openBench(stream);
  const loads: DoorLoad[] = [];
  try {
    await apply({ url: server.url, token: TOKEN, ...WARM_UP });
    for (const mood of MOODS) {
      stream.mood = mood;
      const duration = mood === 'well' ? seconds : Math.min(seconds, 5);
      const before = process.cpuUsage();
      let answers: readonly Answered[] = [];
      const memory = await peakDuring(async () => {
        answers = await apply({ url: server.url, token: TOKEN, rate: RATE, seconds: duration, name: mood });
      });
      const { user, system } = process.cpuUsage(before);
      const cpuMs = Math.round((user + system) / answers.length / 10) / 100;
      loads.push({ ...summarise(mood, mood, answers, stream.taken), cpuMs, memory });
      stream.taken.length = 0;
    }
  } finally {
    await server.close();
  }
  return loads;
}
