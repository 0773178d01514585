import { inTurn } from '../../shared/door/content.js';
import { type DoorDeps, handleDoor } from '../../shared/door/door.js';
import { exportsRoute } from '../../shared/door/exports.js';
import type { Appender, Entry, Fate } from '../../shared/door/ports.js';
import type { DoorRequest, DoorResponse } from '../../shared/door/request.js';
import { createRoom, type RoomLimits } from '../../shared/door/room.js';
import { watchStream } from '../../shared/door/stream-watch.js';
import { memoryAppender } from '../../shared/stores/memory-appender.js';
import { memoryKept } from '../../shared/stores/memory-kept.js';
import { rulesOf } from '../support/fakes.js';
import { heldClock } from './held-clock.js';
import { openGate } from './open-gate.js';

export const RULES = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid', 'email'] },
  connections: {},
  rules: [],
});

/** A request to the door; only what a test is about need be said. */
export function request(more: Partial<Omit<DoorRequest, 'body'>> & { body?: unknown } = {}): DoorRequest {
  const { body = '', ...rest } = more;
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    method: 'POST',
    path: '/v1/exports',
    query: new URLSearchParams(),
    headers: {},
    ...rest,
    body: bytes,
  };
}

interface WorldOptions {
  /** Says what becomes of the entries of a try, instead of the stream. */
  readonly interfere?: (entries: readonly Entry[]) => Promise<Fate[]> | undefined;
  /** The longest body of one entry. */
  readonly entryBytes?: number;
  /** The longest body, unpacked. */
  readonly unpackedBytes?: number;
  /** Whether sample profiles are records like any other. */
  readonly takesSamples?: boolean;
  /** How much the door works on at once. */
  readonly limits?: RoomLimits;
}

/** A door on a stream in memory that can be told how to behave. */
export function doorWorld(options: WorldOptions = {}) {
  const clock = heldClock();
  const stream = memoryAppender('test');
  const letters = memoryKept(clock);
  const lines: string[] = [];
  let ids = 0;
  const appender: Appender = {
    ...stream,
    maxBytes: options.entryBytes ?? stream.maxBytes,
    async append(entries, signal) {
      const fates = await options.interfere?.(entries);
      if (!fates) return stream.append(entries, signal);
      await stream.append(
        entries.filter((_, i) => fates[i]?.kind === 'durable'),
        signal,
      );
      return fates;
    },
  };
  const log = {
    write: (level: string, event: string, fields: object) =>
      void lines.push(JSON.stringify({ level, event, ...fields })),
  };
  const shared = { clock, log, random: () => 0.5 };
  const deps: DoorDeps = {
    ...shared,
    gate: openGate,
    newId: () => `request-${++ids}`,
    answerMs: 1_700,
    routes: [
      exportsRoute({
        ...shared,
        appender,
        rules: RULES,
        deadLetters: letters,
        room: createRoom(options.limits ?? { calls: 1_000, bytes: 10_000_000 }),
        watch: watchStream(clock),
        turn: inTurn(),
        takesSamples: options.takesSamples ?? false,
        maxBytes: 100_000,
        maxUnpackedBytes: options.unpackedBytes ?? 400_000,
      }),
    ],
  };
  return {
    clock,
    letters,
    lines,
    deps,
    stream,
    /** What is in the stream, parsed. */
    records: (): unknown[] => stream.entries().map(({ body }) => JSON.parse(Buffer.from(body).toString())),
    ask: (asked: DoorRequest): Promise<DoorResponse> => handleDoor(asked, deps),
    /** Posts a body as JSON and gives status and parsed answer. */
    async post(body: unknown, more: Parameters<typeof request>[0] = {}) {
      const response = await handleDoor(request({ ...more, body }), deps);
      const parsed: Record<string, unknown> = JSON.parse(response.body);
      return { ...response, json: parsed };
    },
  };
}
