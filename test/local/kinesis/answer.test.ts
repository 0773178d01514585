import { expect, test } from 'vitest';
import { doneCount } from '../../../local/event-source-mapping/answer.js';

const IDS = ['10', '11', '12', '13'];
const naming = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

test.each([
  ['null', null],
  ['undefined, which JSON makes null', undefined],
  ['an empty object', {}],
  ['a null list', { batchItemFailures: null }],
  ['an empty list', { batchItemFailures: [] }],
  ['a text', 'ok'],
])('all done: %s', (_, payload) => {
  expect(doneCount(payload, IDS, true)).toBe(4);
});

test.each([
  ['an empty identifier', naming('')],
  ['a null identifier', naming(null)],
  ['a wrong key name', { batchItemFailures: [{ itemIdentifer: '12' }] }],
  ['an identifier of another batch', naming('12', '99')],
  ['an entry that is no object', { batchItemFailures: ['12', null] }],
  ['a list that is none', { batchItemFailures: '12' }],
  ['the first record', naming('10')],
])('nothing done: %s', (_, payload) => {
  expect(doneCount(payload, IDS, true)).toBe(0);
});

test('the lowest position named is the checkpoint, in whatever order they are named', () => {
  expect(doneCount(naming('13', '11', '12'), IDS, true)).toBe(1);
  expect(doneCount(naming('13'), IDS, true)).toBe(3);
});

test('without partial answers switched on, every return is a success', () => {
  expect(doneCount(naming('10'), IDS, false)).toBe(4);
});
