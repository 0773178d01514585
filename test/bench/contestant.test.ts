import { describe, expect, test } from 'vitest';
import { type Contest, type Contestant, dissenters, oneByOne } from '../../bench/contestant.js';

const answering = (name: string, answers: readonly unknown[], refuses?: readonly boolean[]): Contestant => ({
  name,
  run: () => undefined,
  answers: async () => answers,
  ...(refuses ? { refuses: async (i: number) => refuses[i] === true } : {}),
});

const contest = (ours: Contestant, rivals: readonly Contestant[], bad: readonly string[] = []): Contest => ({
  ...{ name: 'doubling', work: 'twice a number', events: 3, ours, rivals, bad },
});

const right = oneByOne(
  'tributary',
  3,
  (i) => 2 * i,
  (given) => given,
);

describe('the same work', () => {
  test('nobody is told of who gives what we give', async () => {
    expect(await dissenters(contest(right, [answering('twin', [0, 2, 4])]))).toEqual([]);
  });

  test('who differs is told, with the first event', async () => {
    const [told, ...more] = await dissenters(contest(right, [answering('other', [0, 3, 4])]));
    expect(told).toContain('other, event 1: 3 is not 2');
    expect(more).toEqual([]);
  });

  test.each([[[0, 2]], [[0, 2, 4, 6]], [[]]])(
    'nobody gives more answers or fewer than there are events: %j',
    async (answers) => {
      expect(await dissenters(contest(right, [answering('other', answers)]))).toEqual([
        expect.stringContaining(`other, ${answers.length} answers to 3 events`),
      ]);
    },
  );

  test.each([
    ['none', []],
    ['too few', [0, 2]],
    ['nothing at all', [undefined, undefined, undefined]],
    ['always the same', [0, 0, 0]],
  ])('our own answers must be worth something, not %s', async (_, answers) => {
    const found = await dissenters(contest(answering('tributary', answers), [answering('twin', answers)]));
    expect(found).toContainEqual(expect.stringContaining('tributary'));
  });
});

describe('what must be refused', () => {
  const bad = ['no id', 'no time'];
  const strict = answering('tributary', [0, 2, 4], [true, true]);

  test('everybody who says that they check does', async () => {
    const lax = answering('lax', [0, 2, 4], [true, false]);
    const found = await dissenters(contest(strict, [lax, answering('twin', [0, 2, 4], [true, true])], bad));
    expect(found).toEqual(['lax takes a record with no time']);
  });

  test('so do we, and we must say so', async () => {
    const lax = answering('tributary', [0, 2, 4], [false, true]);
    expect(await dissenters(contest(lax, [], bad))).toEqual(['tributary takes a record with no id']);
    const silent = answering('tributary', [0, 2, 4]);
    expect(await dissenters(contest(silent, [], bad))).toEqual([expect.stringContaining('tributary')]);
  });

  test('who checks nothing says nothing of it', async () => {
    expect(await dissenters(contest(strict, [answering('unchecked', [0, 2, 4])], bad))).toEqual([]);
  });
});
