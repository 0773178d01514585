import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { type Diagnosis, lookAt, type Part } from '../../shared/doctor/part.js';

const NEVER = new AbortController().signal;
const well: Part = { name: 'well', look: async () => [{ level: 'well', what: 'answers' }] };
const broken: Part = {
  name: 'broken',
  look: () => Promise.reject(new Fault('store.unavailable', 'no such table')),
};

async function all(parts: readonly Part[], ms = 20): Promise<Diagnosis[]> {
  const found: Diagnosis[] = [];
  for await (const one of lookAt(parts, ms, NEVER)) found.push(one);
  return found;
}

test('what one part says does not keep the others from being looked at', async () => {
  expect(await all([broken, well])).toEqual([
    { part: 'broken', findings: [{ level: 'error', what: 'store.unavailable: no such table' }] },
    { part: 'well', findings: [{ level: 'well', what: 'answers' }] },
  ]);
});

test('a part that never answers is told to stop, and is a finding', async () => {
  let stopped = false;
  const mute: Part = {
    name: 'mute',
    look: (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          stopped = true;
        });
      }),
  };
  const [one, two] = await all([mute, well]);
  expect(one?.findings).toMatchObject([{ level: 'error', what: 'no answer within 0.02 s' }]);
  expect(two?.findings).toMatchObject([{ level: 'well' }]);
  expect(stopped).toBe(true);
});

test('a broken program is no finding', async () => {
  const buggy: Part = { name: 'buggy', look: () => Promise.reject(new TypeError('x is undefined')) };
  await expect(all([well, buggy])).rejects.toThrow('x is undefined');
});
