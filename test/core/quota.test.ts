import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CallLimit, grant, HASTES, type Haste } from '../../shared/core/quota.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';

const T0 = 1_790_000_000_000;
const limit = fc.record({ calls: fc.integer({ min: 1, max: 40 }), seconds: fc.integer({ min: 1, max: 30 }) });
const steps = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 4000 }),
    calls: fc.integer({ min: 1, max: 9 }),
    haste: fc.constantFrom(...HASTES),
  }),
  { minLength: 1, maxLength: 120 },
);

/** Most calls in any stretch of the limit's length. */
function mostIn(times: readonly number[], { seconds }: CallLimit): number {
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + seconds * 1000).length),
  );
}

test('no stretch of time holds more calls than a limit allows, whoever asks when', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(limit, { maxLength: 3, minLength: 1, selector: ({ seconds }) => seconds }),
      steps,
      (limits, all) => {
        let state: PersonState = EMPTY_STATE;
        let now = T0;
        const times: number[] = [];
        for (const { after, calls, haste } of all) {
          now += after;
          const answer = grant(state, { limits, now, haste, calls });
          if (answer.kind === 'spent') continue;
          state = answer.state;
          expect(answer.calls).toBeGreaterThan(0);
          expect(answer.calls).toBeLessThanOrEqual(calls);
          // At the latest instant at which they may be used.
          for (let i = 0; i < answer.calls; i++) times.push(i % 2 === 0 ? now : now + answer.forMs - 1);
        }
        for (const one of limits) expect(mostIn(times, one)).toBeLessThanOrEqual(one.calls);
      },
    ),
  );
});

test('who waits as long as told gets a call, unless somebody else took it', () => {
  fc.assert(
    fc.property(limit, steps, fc.constantFrom(...HASTES), (one, all, haste) => {
      let state: PersonState = EMPTY_STATE;
      let now = T0;
      for (const step of all) {
        now += step.after;
        const answer = grant(state, { limits: [one], now, haste: step.haste, calls: step.calls });
        if (answer.kind === 'granted') state = answer.state;
      }
      const first = grant(state, { limits: [one], now, haste, calls: 1 });
      const waitMs = first.kind === 'spent' ? first.waitMs : 0;
      expect(waitMs).toBeLessThanOrEqual(one.seconds * 1100 + 1);
      expect(grant(state, { limits: [one], now: now + waitMs, haste, calls: 1 }).kind).toBe('granted');
    }),
  );
});

test('a limit is used up to nine tenths as long as it is asked for, not to half', () => {
  const limits = [{ calls: 100, seconds: 10 }];
  let state: PersonState = EMPTY_STATE;
  let granted = 0;
  for (let now = T0; now < T0 + 100_000; now += 50) {
    const answer = grant(state, { limits, now, haste: 'urgent', calls: 5 });
    if (answer.kind === 'spent') continue;
    state = answer.state;
    granted += answer.calls;
  }
  expect(granted / 1000).toBeGreaterThan(0.88);
});

test('what has less haste leaves calls to what has more', () => {
  const limits = [{ calls: 100, seconds: 3600 }];
  const most = (haste: Haste, from: PersonState) => {
    const answer = grant(from, { limits, now: T0, haste, calls: 1000 });
    return answer.kind === 'granted' ? answer : { calls: 0, state: from };
  };
  const history = most('backfill', EMPTY_STATE);
  const usual = most('usual', history.state);
  const urgent = most('urgent', usual.state);
  expect([history.calls, usual.calls, urgent.calls]).toEqual([70, 20, 10]);
  expect(most('urgent', urgent.state).calls).toBe(0);
});

test('counts that cannot be read do not close a connection', () => {
  const state = { ...EMPTY_STATE, values: new Map([['10', { value: 'rubbish', at: 1 }]]) };
  expect(grant(state, { limits: [{ calls: 3, seconds: 10 }], now: T0, haste: 'usual', calls: 1 }).kind).toBe(
    'granted',
  );
});

test('clocks that do not agree keep one limit all the same', () => {
  const limits = [{ calls: 10, seconds: 1 }];
  let state: PersonState = EMPTY_STATE;
  let granted = 0;
  for (let i = 0; i < 1000; i++) {
    // One second in all, seen by two machines of which one is 1.5 seconds behind.
    const now = T0 + i - (i % 2 === 0 ? 0 : 1500);
    const answer = grant(state, { limits, now, haste: 'urgent', calls: 1 });
    if (answer.kind === 'spent') continue;
    state = answer.state;
    granted += answer.calls;
  }
  expect(granted).toBe(10);
});

test('counts of a clock that runs far ahead do not close a connection', () => {
  const limits = [{ calls: 1, seconds: 10 }];
  const ahead = grant(EMPTY_STATE, { limits, now: T0 + 86_400_000, haste: 'usual', calls: 1 });
  const state = ahead.kind === 'granted' ? ahead.state : EMPTY_STATE;
  expect(grant(state, { limits, now: T0, haste: 'usual', calls: 1 }).kind).toBe('granted');
});
