import { expect, test } from 'vitest';
import { consumerOf } from '../../lambdas/consumer.js';
import { lambdaInvoker } from '../../local/lambda-invoker.js';
import { Fault } from '../../shared/core/fault.js';
import type { Pipeline } from '../../shared/core/ports.js';
import { hurriedClock, until } from '../local/kinesis/hurried-clock.js';
import { put, stream, watch } from '../local/kinesis/mapping-fixture.js';

const settling: Pipeline = {
  run: async (messages) => messages.map(({ id }) => ({ id, settled: true, endings: [] })),
};
const OPTIONS = { name: 'tributary-dev-consumer', timeoutMs: 5_000 };
const EMPTY = { Records: [] };

test('the pipeline is asked for at the call, not at import; one that cannot be made fails the call with its fault', async () => {
  let asked = 0;
  const consumer = consumerOf(async () => {
    asked += 1;
    throw new Fault('config.missing-setting', 'No CRM is configured.');
  });
  expect(asked).toBe(0);
  const answer = await lambdaInvoker(consumer, OPTIONS)(EMPTY);
  expect(asked).toBe(1);
  expect(answer).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'Fault', errorMessage: 'No CRM is configured.' },
  });
});

test('an unexpected error fails the batch without quoting the personal data in its message', async () => {
  const leaky: Pipeline = { run: async () => JSON.parse('Alice Example <alice@example.com>') };
  const answer = await lambdaInvoker(
    consumerOf(async () => leaky),
    OPTIONS,
  )(EMPTY);
  expect(answer).toMatchObject({ functionError: 'Unhandled', payload: { errorType: 'SyntaxError' } });
  const text = JSON.stringify(answer);
  expect(text).not.toMatch(/Alice|alice/);
  expect(text).toContain('consumer.test'); // where it came from is still said
});

test('what is thrown need not be an error', async () => {
  const rude: Pipeline = { run: () => Promise.reject('alice@example.com') };
  const answer = await lambdaInvoker(
    consumerOf(async () => rude),
    OPTIONS,
  )(EMPTY);
  expect(answer).toMatchObject({ functionError: 'Unhandled' });
  expect(JSON.stringify(answer)).not.toContain('alice');
});

test('no time-out of the onion cuts a run short: Lambda itself decides', async () => {
  // Timers of one length fire in the order they were set: the onion's, if there is one, comes before ours.
  const slow: Pipeline = {
    run: (messages, options) =>
      new Promise((resolve) => setTimeout(resolve, 1)).then(() => settling.run(messages, options)),
  };
  const consumer = consumerOf(async () => slow);
  const context = { getRemainingTimeInMillis: () => 1 };
  // The one member the handler reads; a whole context is the invoker's matter.
  const answer = await consumer(EMPTY, context as Parameters<typeof consumer>[1]);
  expect(answer).toEqual({ batchItemFailures: [] });
});

test('event source mapping, onion and adapter together: an outage of five rounds loses and skips nothing', async () => {
  const kinesis = await stream();
  const texts = ['k:one', 'k:two', 'k:three'];
  await put(kinesis.client(), texts);
  const delivered: string[] = [];
  let rounds = 0;
  const pipeline: Pipeline = {
    run: async (messages) => {
      // The first record settles at once; then the target is down for five rounds.
      const up = ++rounds > 5;
      return messages.map(({ id, body }, index) => {
        const settled = up || (rounds === 1 && index === 0);
        if (settled) delivered.push(String(body));
        return { id, settled, endings: [] };
      });
    },
  };
  const invoke = lambdaInvoker(
    consumerOf(async () => pipeline, hurriedClock()),
    OPTIONS,
  );
  const mapping = await watch(kinesis, invoke, { settings: { bisectBatchOnFunctionError: true } });
  await until('all three', () => mapping.stats().records === 3);
  expect(delivered).toEqual(texts);
  expect(mapping.stats()).toMatchObject({ discarded: 0, behind: 0 });
  expect(mapping.failures).toEqual([]);
});
