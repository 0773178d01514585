import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import {
  type FunctionsHost,
  type FunctionsHostOptions,
  startFunctionsHost,
} from '../../../local/functions-host/host.js';
import type { Clock } from '../../../shared/core/ports.js';
import { spin } from '../kinesis/hurried-clock.js';
import { bodies, GROUP, type HubGround, hubGround } from './hub-ground.js';
import { type Control, controls, resetControls } from './recording-app/control.js';

const ENTRY = new URL('./recording-app/index.ts', import.meta.url).href;
const HUBS = { idle: 1, batches: 1, poison: 1, restart: 1, endless: 1, held: 1 };
const SOON = { timeout: 20_000, interval: 50 };
/** The emulator hands out in this very process: so many turns later all of it is with the SDK, however slow the machine. */
const EVERYTHING_READ = 300;

let ground: HubGround;
let running: FunctionsHost | undefined;
const errors: unknown[] = [];
const waits: number[] = [];

/** Waits of the retry policy cost a moment only, so that an endless one leaves room for others. */
const clock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    waits.push(ms);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  },
};

beforeAll(async () => {
  ground = await hubGround(HUBS);
});
afterAll(() => ground.close());
afterEach(async () => {
  await running?.close();
  running = undefined;
  resetControls();
  errors.length = 0;
  waits.length = 0;
});

const options = (
  hubs: { limited?: keyof typeof HUBS; endless?: keyof typeof HUBS },
  over: Partial<FunctionsHostOptions> = {},
): FunctionsHostOptions => ({
  entry: ENTRY,
  hostJson: { version: '2.0', extensions: { eventHubs: { maxEventBatchSize: 50 } } },
  settings: {
    EventHubConnection: ground.hubs.connectionString(),
    LIMITED_HUB: hubs.limited ?? 'idle',
    ENDLESS_HUB: hubs.endless ?? 'idle',
    GROUP,
  },
  blobConnectionString: ground.storage.connectionString,
  clock,
  onError: (error) => errors.push(error),
  ...over,
});

const start = async (...given: Parameters<typeof options>): Promise<FunctionsHost> => {
  running = await startFunctionsHost(options(...given));
  return running;
};

const texts = ({ calls }: Control): string[][] =>
  calls.map(({ messages }) => messages.map(({ body }) => String(body)));

test('120 events at batch 50: 50, 50, 20, in order, checkpoint at the last', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  controls.limited.behave = () => gate;
  const host = await start({ limited: 'batches' });
  expect(host.functions).toEqual(['limited', 'endless']);
  await ground.send('batches', ['first']);
  await vi.waitFor(() => expect(controls.limited.calls).toHaveLength(1), SOON);
  // While the first batch is at work the rest is prefetched, so the sizes do not hang on the SDK's 20 ms window.
  await ground.send('batches', bodies('e', 120));
  await spin(EVERYTHING_READ);
  open();
  await vi.waitFor(async () => expect(await ground.checkpoint('batches')).toBe(120), SOON);
  expect(texts(controls.limited).map(({ length }) => length)).toEqual([1, 50, 50, 20]);
  expect(texts(controls.limited).flat()).toEqual(['first', ...bodies('e', 120)]);
  expect(host.invocations()).toBe(4);
  const [first] = controls.limited.calls;
  expect(first?.messages[0]).toMatchObject({ id: '0/0', source: 'eventhub:batches' });
  expect(first?.messages[0]?.body).toBeInstanceOf(Buffer);
  expect(Math.abs((first?.messages[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('a poison event: three attempts, the last one not redelivered, then the checkpoint moves past it', async () => {
  controls.limited.behave = ({ messages }) => {
    if (messages.some(({ body }) => String(body) === 'poison')) throw new Error('cannot digest');
  };
  await ground.send('poison', ['poison']);
  await start({ limited: 'poison' });
  await vi.waitFor(async () => expect(await ground.checkpoint('poison')).toBe(0), SOON);
  expect(controls.limited.calls.map(({ options: run }) => run.redelivers)).toEqual([true, true, false]);
  expect(waits).toHaveLength(2);
  expect(waits[0]).toBe(2_000);
  expect(errors.map(String)).toEqual(Array.from({ length: 3 }, () => 'Error: cannot digest'));
  await ground.send('poison', ['food']);
  await vi.waitFor(async () => expect(await ground.checkpoint('poison')).toBe(1), SOON);
  expect(texts(controls.limited).at(-1)).toEqual(['food']);
});

test('after a restart only what was sent meanwhile arrives', async () => {
  await ground.send('restart', bodies('before', 3));
  const host = await start({ limited: 'restart' });
  await vi.waitFor(async () => expect(await ground.checkpoint('restart')).toBe(2), SOON);
  await host.close();
  resetControls();
  await ground.send('restart', bodies('after', 2));
  await start({ limited: 'restart' });
  await vi.waitFor(async () => expect(await ground.checkpoint('restart')).toBe(4), SOON);
  expect(texts(controls.limited).flat()).toEqual(bodies('after', 2));
});

test('an endless policy holds partition and checkpoint until the fault is cured', async () => {
  let cured = false;
  controls.endless.behave = () => {
    if (!cured) throw new Error('down');
  };
  await ground.send('endless', bodies('e', 2));
  await start({ endless: 'endless' });
  await vi.waitFor(() => expect(controls.endless.calls.length).toBeGreaterThan(5), SOON);
  expect(await ground.checkpoint('endless')).toBeUndefined();
  expect(controls.endless.calls.every(({ options: run }) => run.redelivers)).toBe(true);
  await ground.send('endless', ['later']);
  expect(texts(controls.endless).flat()).not.toContain('later');
  cured = true;
  await vi.waitFor(async () => expect(await ground.checkpoint('endless')).toBe(2), SOON);
  expect(new Set(texts(controls.endless).flat())).toEqual(new Set([...bodies('e', 2), 'later']));
});

test('a batch cut off by a stop comes again', async () => {
  controls.endless.behave = () => {
    throw new Error('down');
  };
  await ground.send('held', bodies('e', 2));
  const host = await start({ endless: 'held' });
  await vi.waitFor(() => expect(controls.endless.calls.length).toBeGreaterThan(1), SOON);
  await host.close();
  expect(await ground.checkpoint('held')).toBeUndefined();
  resetControls();
  await start({ endless: 'held' });
  await vi.waitFor(async () => expect(await ground.checkpoint('held')).toBe(1), SOON);
  expect(texts(controls.endless).flat()).toEqual(bodies('e', 2));
});

test('a missing setting is named, and the host can be started once it is there', async () => {
  const { GROUP: _, ...settings } = options({}).settings;
  await expect(start({}, { settings })).rejects.toMatchObject({
    code: 'config.missing-setting',
    message: expect.stringContaining('GROUP'),
  });
  await expect(start({})).resolves.toBeDefined();
});

test('settings stand in the environment while the host runs', async () => {
  expect(process.env['LIMITED_HUB']).toBeUndefined();
  const host = await start({});
  expect(process.env['LIMITED_HUB']).toBe('idle');
  await host.close();
  expect(process.env['LIMITED_HUB']).toBeUndefined();
});

test('one host at a time, one app a process', async () => {
  const host = await start({});
  await expect(startFunctionsHost(options({}))).rejects.toThrow('close it first');
  await host.close();
  await expect(startFunctionsHost(options({}, { entry: '/elsewhere/index.js' }))).rejects.toThrow(
    'a process of its own',
  );
  await expect(start({}, { entry: fileURLToPath(ENTRY) })).resolves.toBeDefined();
});

test('a host.json it cannot obey stops the start', async () => {
  await expect(start({}, { hostJson: { version: '1.0' } })).rejects.toMatchObject({ code: 'config.invalid' });
});
