import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLog } from '../shared/log.js';

function sampled(share: number | undefined, random = () => 0.5) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { lines, log: jsonLog('info', write, () => 0, { share, random }) };
}

test('warnings and errors are written whatever the share, and say nothing of it', () => {
  const { lines, log } = sampled(0);
  log.write('info', 'batch', { batch: 'run-1' });
  log.write('warn', 'breaker.opened', { batch: 'run-1' });
  log.write('error', 'keep.failed', {});
  expect(lines.map(({ event, sample }) => [event, sample])).toEqual([
    ['breaker.opened', undefined],
    ['keep.failed', undefined],
  ]);
});

test('of a batch all lines are written or none, whatever chance says', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.double({ min: 0, max: 1, noNaN: true }), (batch, share) => {
      let turn = 0;
      const { lines, log } = sampled(share, () => (turn++ % 10) / 10);
      for (const event of ['shadow', 'batch', 'breaker.closed']) log.write('info', event, { batch });
      expect([0, 3]).toContain(lines.length);
      if (share === 1) expect(lines).toHaveLength(3);
    }),
  );
});

test('about as many batches are written as the share says, and each line says it', () => {
  const { lines, log } = sampled(0.1);
  for (const batch of fc.sample(fc.uuid(), { numRuns: 4000, seed: 7 })) log.write('info', 'batch', { batch });
  expect(lines.length).toBeGreaterThan(300);
  expect(lines.length).toBeLessThan(500);
  expect(new Set(lines.map(({ sample }) => sample))).toEqual(new Set([0.1]));
});

test('a line of no batch is left to chance; without a share all are written', () => {
  const { lines, log } = sampled(0.5, () => 0.4);
  log.write('info', 'door.exports', {});
  const { lines: none, log: unlucky } = sampled(0.5, () => 0.6);
  unlucky.write('info', 'door.exports', {});
  const { lines: all, log: whole } = sampled(undefined, () => 1);
  whole.write('info', 'door.exports', {});
  expect([lines.length, none.length, all.length]).toEqual([1, 0, 1]);
});
