import { expect, test } from 'vitest';
import type { Log } from '../../shared/core/ports.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { down, people, salesOnly, world } from './hold-world.js';

test('every line of a batch says which batch, where it comes from and by which invocation', async () => {
  const lines: Record<string, unknown>[] = [];
  const log: Log = { write: (_, event, fields) => void lines.push({ event, ...fields }) };
  const w = world({ more: { log } });
  w.says = () => down();
  const messages = people(3).map((one, i) => ({
    ...one,
    partition: i < 2 ? 'shardId-000000000001' : 'shardId-000000000002',
  }));
  await createPipeline(w.deps).run(messages, { redelivers: true, invocation: 'req-1' });
  expect(lines.map(({ event }) => event)).toEqual(['breaker.opened', 'batch']);
  for (const line of lines)
    expect(line).toMatchObject({
      batch: 'run-1',
      invocation: 'req-1',
      partition: 'shardId-000000000001 shardId-000000000002',
      first: messages[0]?.id,
      last: messages[2]?.id,
    });
});

test('batches have names of their own; what is not known is left out', async () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const log: Log = { write: (_, __, fields) => void lines.push(fields) };
  const w = world({ more: { log } });
  await w.run([salesOnly('C-1')]);
  await w.run([]);
  expect(lines.map(({ batch }) => batch)).toEqual(['run-1', 'run-2']);
  for (const line of lines) expect(Object.keys(line)).not.toContain('invocation');
  expect(Object.keys(lines[1] ?? {})).not.toContain('first');
});
