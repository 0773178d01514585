import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { type Breaker, createBreaker, type Pass, type Sign } from '../../shared/pipeline/breaker.js';
import { fakeClock } from '../support/fakes.js';

const fault = new Fault('remote.unavailable', '"sales" answered 503');
const down = (afterMs?: number): Sign => ({ kind: 'down', fault, ...(afterMs !== undefined && { afterMs }) });
const failing = (weight: number): Sign => ({ kind: 'failing', fault, weight });
const answered: Sign = { kind: 'answered' };
const untried: Sign = { kind: 'untried' };

function setUp(random = 0) {
  const clock = fakeClock();
  return { clock, breaker: createBreaker({ now: clock.now, random: () => random }) };
}

function pass(breaker: Breaker): Pass {
  const entered = breaker.enter();
  if (entered.kind === 'shut') throw new Error('it is shut');
  return entered;
}

const report = (breaker: Breaker, sign: Sign) => breaker.report(pass(breaker), sign);

/** Milliseconds until it lets somebody through. */
function wait(breaker: Breaker, now: number): number {
  const seen = breaker.look();
  if (seen.kind !== 'shut') throw new Error(`it is ${seen.kind}`);
  return seen.until - now;
}

test('while the target answers, everybody passes at once', () => {
  const { breaker } = setUp();
  const passes = [pass(breaker), pass(breaker), pass(breaker)];
  expect(passes.map(({ kind }) => kind)).toEqual(['free', 'free', 'free']);
  expect(passes.map((one) => breaker.report(one, answered))).toEqual([undefined, undefined, undefined]);
  expect(breaker.look().kind).toBe('free');
});

test('a failure of the whole opens it at once; nobody passes, and the reason is told', () => {
  const { breaker } = setUp();
  expect(report(breaker, down())).toBe('opened');
  const seen = breaker.enter();
  expect(seen).toEqual(breaker.look());
  expect(seen).toMatchObject({ kind: 'shut', fault });
});

test('after the wait exactly one passes; the others wait for what it finds', () => {
  const { breaker, clock } = setUp();
  report(breaker, down());
  clock.advance(wait(breaker, clock.now()) - 1);
  expect(breaker.enter().kind).toBe('shut');
  clock.advance(1);
  expect(breaker.look().kind).toBe('due');
  const probe = pass(breaker);
  expect([probe.kind, breaker.look().kind, breaker.enter().kind]).toEqual(['probe', 'shut', 'shut']);
  expect(breaker.report(probe, answered)).toBe('closed');
  expect(pass(breaker).kind).toBe('free');
});

test.each([
  ['down', down()],
  ['failing', failing(1)],
])('a probe that finds the target %s shuts it again, for longer each time up to a minute', (_, found) => {
  const { breaker, clock } = setUp(1);
  report(breaker, down());
  const waits: number[] = [];
  for (let round = 0; round < 7; round++) {
    waits.push(wait(breaker, clock.now()));
    clock.advance(waits.at(-1) ?? 0);
    expect(report(breaker, found)).toBe('reopened');
  }
  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
});

test('once it has answered, the next failure waits a short time again', () => {
  const { breaker, clock } = setUp(1);
  for (let round = 0; round < 4; round++) {
    report(breaker, down());
    clock.advance(60_000);
  }
  report(breaker, answered);
  report(breaker, down());
  expect(wait(breaker, clock.now())).toBe(5_000);
});

test('half of a wait is random, so that many processes do not come back together', () => {
  const { breaker, clock } = setUp(0);
  report(breaker, down());
  expect(wait(breaker, clock.now())).toBe(2_500);
});

test('a target that names a time is not asked before it, and at most a tenth after it', () => {
  for (const [random, expected] of [
    [0, 300_000],
    [1, 330_000],
  ] as const) {
    const { breaker, clock } = setUp(random);
    report(breaker, down(300_000));
    expect(wait(breaker, clock.now())).toBe(expected);
  }
});

test('a time that a probe is told counts as well', () => {
  const { breaker, clock } = setUp();
  report(breaker, down());
  clock.advance(60_000);
  report(breaker, down(300_000));
  expect(wait(breaker, clock.now())).toBe(300_000);
});

test('a rest is as long as the longest that was asked for, an hour at the most, and opens nothing', () => {
  const { breaker, clock } = setUp();
  expect(breaker.resting()).toBe(0);
  breaker.rest(8_000);
  breaker.rest(3_000);
  clock.advance(1_000);
  expect([breaker.resting(), breaker.look().kind]).toEqual([7_000, 'free']);
  clock.advance(60_000);
  expect(breaker.resting()).toBe(0);
  breaker.rest(90 * 86_400_000);
  expect(breaker.resting()).toBe(3_600_000);
});

test('no wait outlasts an hour: a date that is wrong must not shut it for good', () => {
  const { breaker, clock } = setUp(1);
  report(breaker, down(400 * 86_400_000));
  expect(wait(breaker, clock.now())).toBe(3_600_000);
});

test('what was on its way when it opened may lengthen the wait, never shorten or end it', () => {
  const { breaker, clock } = setUp();
  const late = [pass(breaker), pass(breaker), pass(breaker), pass(breaker)];
  const [first, second, third, fourth] = late;
  if (!first || !second || !third || !fourth) throw new Error('four were let through');
  expect(breaker.report(first, down(60_000))).toBe('opened');
  expect(breaker.report(second, down(10_000))).toBeUndefined();
  expect(wait(breaker, clock.now())).toBe(60_000);
  expect(breaker.report(third, down(120_000))).toBeUndefined();
  expect(wait(breaker, clock.now())).toBe(120_000);
  expect(breaker.report(fourth, answered)).toBeUndefined();
  expect(wait(breaker, clock.now())).toBe(120_000);
});

test('rows that fail alone add up to a target that fails; one that is answered takes the suspicion away', () => {
  const { breaker } = setUp();
  for (let row = 0; row < 9; row++) expect(report(breaker, failing(1))).toBeUndefined();
  report(breaker, answered);
  for (let row = 0; row < 9; row++) expect(report(breaker, failing(1))).toBeUndefined();
  expect(report(breaker, failing(1))).toBe('opened');
});

test('once it has closed, rows that failed before say nothing any more', () => {
  const { breaker, clock } = setUp();
  report(breaker, failing(9));
  report(breaker, down());
  clock.advance(60_000);
  report(breaker, answered);
  expect(report(breaker, failing(9))).toBeUndefined();
});

test('a probe that was never sent says nothing: the next one probes', () => {
  const { breaker, clock } = setUp();
  report(breaker, down());
  clock.advance(60_000);
  expect(report(breaker, untried)).toBeUndefined();
  expect(breaker.look().kind).toBe('due');
  expect(pass(breaker).kind).toBe('probe');
});

test('what was never sent neither opens it nor takes suspicion away', () => {
  const { breaker } = setUp();
  report(breaker, failing(9));
  report(breaker, untried);
  expect(report(breaker, failing(1))).toBe('opened');
});

test('an answer of somebody who passed earlier does not stand for that of the probe', () => {
  const { breaker, clock } = setUp();
  const early = pass(breaker);
  report(breaker, down());
  clock.advance(60_000);
  const probe = pass(breaker);
  expect(breaker.report(early, answered)).toBeUndefined();
  expect(breaker.look().kind).toBe('shut');
  expect(breaker.report(probe, down())).toBe('reopened');
});
