import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lambdaInvoker } from '../../../local/lambda-invoker.js';

const OPTIONS = { name: 'tributary-test-consumer', timeoutMs: 3_000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0); // no time-out outlives its call
  vi.useRealTimers();
});

test('event and answer go through JSON, as on Lambda', async () => {
  const event = { at: new Date(0), nothing: undefined, list: [undefined] };
  const invoke = lambdaInvoker((seen) => ({ seen, lost: undefined }), OPTIONS);
  const { payload } = await invoke(event);
  expect(payload).toEqual({ seen: { at: '1970-01-01T00:00:00.000Z', list: [null] } });
});

test.each([
  ['undefined', undefined],
  ['a function', () => 1],
])('%s becomes null', async (_, answer) => {
  expect(await lambdaInvoker(() => answer, OPTIONS)({})).toMatchObject({ payload: null });
});

test('a rejection, a throw and an answer JSON cannot say are answers too, with type, message and trace', async () => {
  const rejects = lambdaInvoker(() => Promise.reject(new RangeError('too far')), OPTIONS);
  const answer = await rejects({});
  expect(answer).toMatchObject({
    functionError: 'Unhandled',
    payload: {
      errorType: 'RangeError',
      errorMessage: 'too far',
      trace: expect.arrayContaining(['RangeError: too far']),
    },
  });
  const throws = lambdaInvoker(() => {
    throw new TypeError('not so');
  }, OPTIONS);
  expect(await throws({})).toMatchObject({ functionError: 'Unhandled', payload: { errorType: 'TypeError' } });
  expect(await lambdaInvoker(() => 1n, OPTIONS)({})).toMatchObject({ functionError: 'Unhandled' });
  expect(await lambdaInvoker(() => Promise.reject('text'), OPTIONS)({})).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'string', errorMessage: 'text' },
  });
});

test('a handler that hangs is answered for at its time-out, and may fail later unheard', async () => {
  let fail = (_: Error): void => {};
  const invoke = lambdaInvoker(() => new Promise((_, reject) => (fail = reject)), OPTIONS);
  const answer = invoke({});
  await vi.advanceTimersByTimeAsync(2_999);
  const early = await Promise.race([answer, Promise.resolve('not yet')]);
  expect(early).toBe('not yet');
  await vi.advanceTimersByTimeAsync(1);
  expect(await answer).toMatchObject({
    functionError: 'Unhandled',
    payload: {
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^\S+ Task timed out after 3\.00 seconds$/),
    },
  });
  fail(new Error('late')); // an unhandled rejection would fail this file
});

test('the context says who is called and how long is left', async () => {
  const left: number[] = [];
  const invoke = lambdaInvoker(async (_, context) => {
    left.push(context.getRemainingTimeInMillis());
    vi.setSystemTime(Date.now() + 1_000);
    left.push(context.getRemainingTimeInMillis());
    return { id: context.awsRequestId, arn: context.invokedFunctionArn, memory: context.memoryLimitInMB };
  }, OPTIONS);
  const { requestId, payload } = await invoke({});
  expect(left).toEqual([3_000, 2_000]);
  expect(payload).toEqual({
    id: requestId,
    arn: 'arn:aws:lambda:eu-central-1:000000000000:function:tributary-test-consumer',
    memory: '512',
  });
});
