import { expect, test } from 'vitest';
import { Fault, ok } from '../../shared/core/fault.js';
import type { RetryQueue } from '../../shared/core/kept.js';
import type { Log, RunOptions } from '../../shared/core/ports.js';
import { createReplay } from '../../shared/pipeline/replay.js';
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

test('so does every line about messages of the retry queue, whose run is told of the trace as well', async () => {
  const lines: Record<string, unknown>[] = [];
  const runs: RunOptions[] = [];
  const log: Log = { write: (_, event, fields) => void lines.push({ event, ...fields }) };
  const { deps } = world({ more: { log } });
  const pipeline = createPipeline(deps);
  const message = salesOnly('C-1');
  const kept = { message, at: 0, fault: new Fault('remote.row-busy', 'locked') };
  const parking: RetryQueue = {
    park: async () => undefined,
    open: async () => ok({ kept, due: 0 }),
    postpone: async () => undefined,
    forget: async () => undefined,
  };
  const { clock, deadLetters } = deps;
  const watched = {
    run: (messages: Parameters<typeof pipeline.run>[0], options: RunOptions) => {
      runs.push(options);
      return pipeline.run(messages, options);
    },
  };
  const replay = createReplay({ pipeline: watched, parking, source: 'queue', deadLetters, clock, log });
  const arrival = { id: 'm-1', body: Buffer.from(''), at: 0 };
  const called = { invocation: 'req-1', traceparent: '00-4bf9-00f0-01' };
  expect(await replay([arrival], { ...called, deadline: clock.now() + 60_000 })).toEqual(new Map());
  expect(lines).toMatchObject([{ event: 'batch', invocation: 'req-1', first: message.id }]);
  expect(runs).toMatchObject([{ ...called, redelivers: false, deadline: clock.now() + 60_000 }]);
});
