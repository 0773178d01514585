import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message } from '../support/fakes.js';
import { levelRules } from '../support/histories.js';

async function endings(body: string | Uint8Array) {
  const deps = fakeDeps(levelRules, fakeCrm());
  const [settlement] = await createPipeline(deps).run([message('1', body)], { redelivers: true });
  return { names: settlement?.endings.map(({ name }) => name) ?? [], letters: deps.deadLetters.all() };
}

test.each([
  ['objects one after another', '{}'.repeat(5_000_000)],
  ['lines', '{}\n'.repeat(3_000_000)],
  ['empty lines', `{}${'\n'.repeat(9_000_000)}{}`],
  ['a list', `[${'{},'.repeat(3_000_000)}{}]`],
])('a small message of millions of records is one malformed record: %s', async (_, text) => {
  const { names, letters } = await endings(gzipSync(text));
  expect(names).toEqual(['malformed']);
  expect(letters.map(({ fault }) => fault.code)).toEqual(['decode.too-large']);
});

test('ten thousand records of rubbish end one by one and are kept once', async () => {
  const { names, letters } = await endings('{}\n'.repeat(9_999));
  expect(names).toHaveLength(9_999);
  expect(new Set(names)).toEqual(new Set(['malformed']));
  expect(letters).toHaveLength(1);
  expect(letters[0]?.record).toBeUndefined();
});

test('beside a record that can be read, each unreadable one has its letter', async () => {
  const { names, letters } = await endings(`${'{}\n'.repeat(150)}{"identityMap":{"crmid":[{"id":"C-1"}]}}`);
  expect(names.at(-1)).toBe('irrelevant');
  expect(letters).toHaveLength(150);
});
