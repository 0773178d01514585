import { expect, onTestFinished, test, vi } from 'vitest';
import { auditOn } from '../../shared/audit/audit.js';
import type { AuditNote } from '../../shared/core/audit.js';
import type { StateStore } from '../../shared/core/ports.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { fakeClock, fakeCrm } from '../support/fakes.js';
import { audited, says } from './world.js';

/** A store that gives no answer, and what it was asked. */
function silent(more: Partial<StateStore> = {}) {
  const asked: (AbortSignal | undefined)[] = [];
  const never = (_: unknown, signal?: AbortSignal) => {
    asked.push(signal);
    vi.advanceTimersByTime(1_500);
    return new Promise<never>(() => undefined);
  };
  return { asked, store: { kind: 'memory', read: never, write: never, ...more } satisfies StateStore };
}

const SETTING = { days: 30, values: false };
const timed = () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
};

test('a store that gives no answer is waited for once in a batch, for a second and a half, and its request is ended', async () => {
  timed();
  const { asked, store } = silent();
  const world = audited(fakeCrm(), SETTING, undefined, store);
  const messages = [says('1', 'C-1', { hot: true, vip: true }), says('2', 'C-2', { vip: false })];
  expect(await world.run(...messages)).toEqual(['delivered', 'irrelevant']);
  expect(asked.map((signal) => signal?.aborted)).toEqual([true]);
  expect(world.deps.metrics.valuesOf('AuditLost')).toEqual([3]);
});

test('one that goes silent between the read and the write is waited for once, too', async () => {
  timed();
  const { asked, store } = silent({ read: memoryStore().read });
  const world = audited(fakeCrm(), SETTING, undefined, store);
  await world.run(says('1', 'C-1', { hot: true, vip: true }), says('2', 'C-2', { vip: false }));
  expect(asked).toHaveLength(1);
});

test('a store that answers is waited for however much there is to write', async () => {
  const clock = fakeClock();
  const kept = memoryStore();
  const most: number[] = [];
  const slow: StateStore = {
    ...kept,
    write(writes, ...rest) {
      most.push(writes.length);
      clock.advance(1_400);
      return kept.write(writes, ...rest);
    },
  };
  const notes = Array.from({ length: 1_000 }, (_, i): AuditNote => {
    const answer = { kind: 'nothing', why: 'no-rule' } as const;
    const entry = { at: clock.now(), causes: [], rules: [], audiences: [], messages: [], fields: [], answer };
    return { place: { kind: 'person', id: `crmid:${i}` }, entry, persons: [], prints: new Map() };
  });
  const pages = auditOn(slow, clock, SETTING)
    .begin()
    .open(notes.map(({ place }) => place));
  expect(await pages.add(notes)).toBeUndefined();
  expect(most).toEqual([400, 400, 200]);
});
