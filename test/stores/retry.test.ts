import { describe, expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { retrying, type Trouble } from '../../shared/stores/retry.js';
import { fakeClock } from '../support/fakes.js';

const fault = new Fault('store.unavailable', 'busy');

/** An attempt at requests that fail as told, and a count of the requests made. */
function attempting(trouble: Trouble | undefined, signal?: AbortSignal) {
  const clock = { ...fakeClock(), sleep: () => Promise.resolve() };
  const attempt = retrying({ clock, random: () => 0.5 }, () => trouble, signal);
  let requests = 0;
  const failing = (times = Number.POSITIVE_INFINITY) =>
    attempt(async (tries) => {
      requests++;
      if (tries <= times) throw new Error('no');
      return tries;
    });
  return { failing, requests: () => requests };
}

describe('what an error means for the requests after it', () => {
  test('a moment: the same request is made again, and told how often it was tried', async () => {
    const { failing, requests } = attempting({ kind: 'moment', fault });
    expect(await failing(3)).toBe(4);
    expect(requests()).toBe(4);
  });

  test('refused: only this one is over', async () => {
    const { failing, requests } = attempting({ kind: 'refused', fault });
    await expect(failing()).rejects.toBe(fault);
    expect(requests()).toBe(1);
    expect(await failing(0)).toBe(1);
  });

  test('down: none is made any more', async () => {
    const { failing, requests } = attempting({ kind: 'down', fault });
    await expect(failing()).rejects.toBe(fault);
    await expect(failing(0)).rejects.toBe(fault);
    expect(requests()).toBe(1);
  });

  test('a bug is not taken for a busy service', async () => {
    const { failing, requests } = attempting(undefined);
    await expect(failing()).rejects.toThrow(/^no$/);
    expect(requests()).toBe(1);
    expect(await failing(0)).toBe(1);
  });

  test('a fault is final as it is, whatever it would be diagnosed as', async () => {
    const attempt = retrying(
      { clock: fakeClock(), random: () => 0.5 },
      () => ({ kind: 'moment', fault }),
      undefined,
    );
    const format = new Fault('store.format', 'not ours');
    await expect(attempt(() => Promise.reject(format))).rejects.toBe(format);
  });

  test('after the caller has gone, an error is no reason to go on', async () => {
    const gone = new AbortController();
    const { failing, requests } = attempting({ kind: 'moment', fault }, gone.signal);
    const call = failing();
    gone.abort();
    await expect(call).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining('ended'),
    });
    expect(requests()).toBe(1);
  });
});
