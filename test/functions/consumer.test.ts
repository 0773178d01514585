import { expect, test } from 'vitest';
import { consumerOf } from '../../functions/consumer.js';
import { Fault } from '../../shared/core/fault.js';
import type { Pipeline } from '../../shared/core/ports.js';
import { contextOf, recorder } from './event-hub-fixture.js';

const options = { clock: { now: () => 1_000 }, workMs: 500 };

const thrownBy = async (pipeline: () => Promise<Pipeline>): Promise<unknown> => {
  try {
    return await consumerOf(pipeline, options)(['a'], contextOf({}));
  } catch (error) {
    return error;
  }
};

test('the pipeline is asked for at the call, and the options reach it', async () => {
  let asked = 0;
  const pipeline = recorder();
  const consumer = consumerOf(async () => {
    asked += 1;
    return pipeline;
  }, options);
  expect(asked).toBe(0);
  await consumer(['a'], contextOf({}));
  expect(asked).toBe(1);
  expect(pipeline.runs[0]?.options).toEqual({ redelivers: true, deadline: 1_500, invocation: 'inv-1' });
});

test('a pipeline that cannot be made fails the invocation with its fault', async () => {
  const thrown = await thrownBy(async () => {
    throw new Fault('config.missing-setting', 'No CRM is configured.');
  });
  expect(thrown).toMatchObject({ code: 'config.missing-setting', message: 'No CRM is configured.' });
});

test('a fault keeps code, message and place, and loses its cause, which may quote anything', async () => {
  const fault = new Fault('store.contended', 'no answer', { cause: new Error('alice@example.com') });
  const thrown = await thrownBy(async () => ({ run: () => Promise.reject(fault) }));
  expect(thrown).toBeInstanceOf(Fault);
  expect(thrown).toMatchObject({ code: 'store.contended', message: 'no answer', stack: fault.stack });
  expect(thrown).not.toHaveProperty('cause');
});

test('any other error keeps its name and frames, never its message', async () => {
  const thrown = await thrownBy(async () => ({ run: async () => JSON.parse('Alice <alice@example.com>') }));
  expect(thrown).toMatchObject({ name: 'SyntaxError', message: expect.stringContaining('withheld') });
  if (!(thrown instanceof Error)) throw new Error('no error was thrown');
  expect(`${thrown.stack}`).not.toMatch(/alice/i);
  expect(thrown.stack).toContain('consumer.test');
});

test('what is thrown need not be an error', async () => {
  const thrown = await thrownBy(async () => ({ run: () => Promise.reject('alice@example.com') }));
  expect(thrown).toBeInstanceOf(Error);
  expect(String(thrown)).not.toMatch(/alice/i);
});
