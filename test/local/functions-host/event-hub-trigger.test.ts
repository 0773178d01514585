import { expect, test, vi } from 'vitest';
import type { EventHubTrigger } from '../../../local/functions-host/event-hub-trigger.js';
import { until } from '../kinesis/hurried-clock.js';
import { bodies } from './hub-ground.js';
import { diary, SOON, shares, triggerGround } from './trigger-ground.js';

const { ground, start } = triggerGround({ split: 4, every: 1, never: 1, single: 1, late: 1 });
const send = (...args: Parameters<ReturnType<typeof ground>['send']>) => ground().send(...args);
const checkpoint = (hub: string) => ground().checkpoint(hub);

test('two consumers share four partitions, one takes all back when the other closes', async () => {
  const { run, first } = diary();
  start({ hub: 'split', run });
  await vi.waitFor(async () => expect(await shares(ground(), 'split')).toEqual([4]), SOON);
  const other = start({ hub: 'split', run });
  await vi.waitFor(async () => expect(await shares(ground(), 'split')).toEqual([2, 2]), SOON);
  const partitions = ['0', '1', '2', '3'];
  await Promise.all(partitions.map((each) => send('split', bodies(`p${each}`, 30), each)));
  await vi.waitFor(() => {
    for (const each of partitions) expect(first(each)).toEqual(bodies(`p${each}`, 30));
  }, SOON);
  await other.close();
  await vi.waitFor(async () => expect(await shares(ground(), 'split')).toEqual([4]), SOON);
});

test('batchCheckpointFrequency 2: every other batch, and the batch knows', async () => {
  const announced: boolean[] = [];
  const run: EventHubTrigger['run'] = async ({ checkpoints }) => {
    announced.push(checkpoints);
    return 'done';
  };
  start({ hub: 'every', eventHubs: { batchCheckpointFrequency: 2, maxEventBatchSize: 1 }, run });
  await send('every', bodies('e', 3));
  await vi.waitFor(() => expect(announced).toEqual([false, true, false]), SOON);
  await vi.waitFor(async () => expect(await checkpoint('every')).toBe(1), SOON);
});

test('enableCheckpointing false: none is ever written', async () => {
  let seen = 0;
  const run: EventHubTrigger['run'] = async ({ events, checkpoints }) => {
    expect(checkpoints).toBe(false);
    seen += events.length;
    return 'done';
  };
  const trigger = start({ hub: 'never', eventHubs: { enableCheckpointing: false }, run });
  await send('never', bodies('e', 3));
  await vi.waitFor(() => expect(seen).toBe(3), SOON);
  await trigger.close();
  expect(await checkpoint('never')).toBeUndefined();
});

test('cardinality one: event by event, checkpoint at the end of the received batch', async () => {
  const sizes: number[] = [];
  const run: EventHubTrigger['run'] = async ({ events }) => {
    sizes.push(events.length);
    return 'exhausted';
  };
  start({ hub: 'single', run, over: { many: false } });
  await send('single', bodies('e', 4));
  await vi.waitFor(async () => expect(await checkpoint('single')).toBe(3), SOON);
  expect(sizes).toEqual([1, 1, 1, 1]);
});

test('a start by time leaves out what is older', async () => {
  await send('late', ['old']);
  const [old] = ground().hubs.events('late');
  const at = old?.enqueuedAt ?? 0;
  await until('the clock has moved on', () => Date.now() > at);
  const enqueuedTimeUtc = new Date(at).toISOString();
  await send('late', ['new']);
  const { run, all } = diary();
  const eventHubs = { initialOffsetOptions: { type: 'fromEnqueuedTime', enqueuedTimeUtc } };
  start({ hub: 'late', run, eventHubs });
  await vi.waitFor(async () => expect(await checkpoint('late')).toBe(1), SOON);
  expect(all()).toEqual(['new']);
});
