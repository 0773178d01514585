import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Appender, Entry } from '../../shared/door/ports.js';

/** A record as the stream's own readers see it. */
export interface Landed {
  /** Shard or partition. */
  readonly lane: string;
  readonly body: Uint8Array;
}

/** A running stream, and appenders to it and beside it. */
export interface AppenderGround {
  readonly appender: Appender;
  /** Everything in the stream, lane by lane, oldest first. */
  read(): Promise<readonly Landed[]>;
  /** An appender whose service cannot be reached, one whose stream is not there, one that is told to slow down. */
  readonly unreachable?: () => Appender;
  readonly missing?: () => Appender;
  readonly busy?: () => Appender;
  close(): Promise<void>;
}

export interface AppenderSubject {
  readonly name: string;
  /** Has a service that can be out of reach, and so the three appenders beside the stream. */
  readonly remote: boolean;
  start(): Promise<AppenderGround>;
}

const going = (): AbortSignal => new AbortController().signal;
const entry = (key: string, text: string): Entry => ({ key, body: Buffer.from(text) });
const texts = (landed: readonly Landed[]): string[] => landed.map(({ body }) => Buffer.from(body).toString());

/** What every stream must keep of what an {@link Appender} promises. */
export function appenderContract(subject: AppenderSubject): void {
  describe(`appender: ${subject.name}`, () => {
    let ground: AppenderGround;
    beforeAll(async () => {
      ground = await subject.start();
    });
    afterAll(() => ground.close());

    /** Appends, and gives the records that came into the stream by it. */
    async function added(entries: readonly Entry[]): Promise<readonly Landed[]> {
      const before = new Set(texts(await ground.read()));
      const fates = await ground.appender.append(entries, going());
      expect(fates.map(({ kind }) => kind)).toEqual(entries.map(() => 'durable'));
      return (await ground.read()).filter(({ body }) => !before.has(Buffer.from(body).toString()));
    }

    test('nothing to append is no trouble', async () => {
      expect(await ground.appender.append([], going())).toEqual([]);
    });

    test('a stream that is there can be reached, and nothing comes into it by that', async () => {
      const before = texts(await ground.read());
      await ground.appender.reach(going());
      expect(texts(await ground.read())).toEqual(before);
      for (const elsewhere of [ground.unreachable, ground.missing])
        if (elsewhere)
          await expect(elsewhere().reach(AbortSignal.timeout(3_000))).rejects.toMatchObject({
            code: 'stream.unavailable',
          });
    });

    test('what is durable is in the stream, byte for byte', async () => {
      const body = Uint8Array.from({ length: 256 }, (_, i) => i);
      const landed = await added([{ key: 'bytes', body }]);
      expect(landed.map((one) => [...one.body])).toEqual([[...body]]);
    });

    test('more entries than a call takes: all of them, once, and those of a key in order', async () => {
      const entries = Array.from({ length: 1_201 }, (_, i) => entry(`key-${i % 7}`, `many ${i % 7} ${i}`));
      const landed = await added(entries);
      expect(texts(landed).sort()).toEqual(entries.map(({ body }) => String(body)).sort());
      for (let key = 0; key < 7; key++) {
        const own = landed.filter(({ body }) => String(Buffer.from(body)).startsWith(`many ${key} `));
        expect(new Set(own.map(({ lane }) => lane)).size).toBe(1);
        const order = texts(own).map((text) => Number(text.split(' ')[2]));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    });

    test('keys are spread over the stream', async () => {
      const landed = await added(Array.from({ length: 64 }, (_, i) => entry(`spread-${i}`, `spread ${i}`)));
      const lanes = new Set((await ground.read()).map(({ lane }) => lane));
      expect(new Set(landed.map(({ lane }) => lane))).toEqual(lanes);
    });

    test('entries of the greatest length, more of them than a call takes', async () => {
      const { maxBytes } = ground.appender;
      const entries = Array.from({ length: 6 }, (_, i) => ({
        key: `long-${i}`,
        body: Buffer.alloc(maxBytes, 65 + i),
      }));
      const landed = await added(entries);
      expect(landed.map(({ body }) => [body.length, body[0]]).sort()).toEqual(
        entries.map((_, i) => [maxBytes, 65 + i]),
      );
    });

    if (!subject.remote) return;
    const beside = (way: 'unreachable' | 'missing' | 'busy'): Appender => {
      const appender = ground[way]?.();
      if (!appender) throw new Error(`the ground has no appender that is ${way}`);
      return appender;
    };

    for (const [way, kind] of [
      ['unreachable', 'unavailable'],
      ['missing', 'unavailable'],
      ['busy', 'throttled'],
    ] as const) {
      test(`${way}: every entry is ${kind}, and waiting may help`, async () => {
        const fates = await beside(way).append([entry('a', '1'), entry('b', '2')], going());
        expect(fates.map((fate) => fate.kind)).toEqual([kind, kind]);
        for (const fate of fates) expect(fate.kind !== 'durable' && fate.fault.retryable).toBe(true);
      });
    }

    test('a call that is given up ends, and says that it does not know', async () => {
      const ended = new AbortController();
      ended.abort();
      const fates = await beside('unreachable').append([entry('a', '1')], ended.signal);
      expect(fates.map(({ kind }) => kind)).toEqual(['unavailable']);
    });
  });
}
