import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemClock } from '../../shared/clock.js';
import { causesOf } from '../../shared/dry-run/tally.js';
import { BOOK_LIMITS } from '../console/book.js';
import { type Console, startConsole } from '../console/console.js';
import { crmControl } from '../console/crm.js';
import { openDesk } from '../console/play/desk.js';
import type { Sender } from '../console/routes.js';
import { createWatch } from '../console/watch.js';
import { DOCUMENTED_EVENTS } from '../demo/documented-events.js';
import { generate } from '../demo/traffic.js';
import { publish } from './demo-traffic.js';
import { onPort } from './on-port.js';
import { entryUrl, packageRoot } from './package-files.js';
import { publishToEventHubs } from './publish.js';
import type { Stack } from './stack.js';

/** What the console of a local run is told. */
export interface DevConsoleOptions {
  /** The file of rules. */
  readonly config: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly crmLatencyMs: number;
  readonly onError: (error: unknown) => void;
}

/** The console of a local run. */
export interface DevConsole extends Console {
  /** From now on its page may send events: before, they would be counted among the demo's own. */
  maySend(): void;
}

/** Takes events in by the streams, as AEP would send them, once it is opened. */
function senderTo(stack: Stack, onError: (error: unknown) => void): Sender & { open(): void } {
  let seed = 1_000;
  let state: ReturnType<Sender['state']> = 'counting';
  const some = async (events: number): Promise<void> => {
    const all = generate({ seed: ++seed, events, startAt: Date.now() - 3_600_000 });
    const half = Math.ceil(all.length / 2);
    const streams = { streamMessages: all.slice(0, half), hubMessages: all.slice(half) };
    await publish(stack, streams, () => undefined);
  };
  return {
    open() {
      state = 'ready';
    },
    state: () => state,
    async send(body) {
      // One key: what one person at a page sends stays in its order.
      const event = { body: Buffer.from(body), partitionKey: 'console' };
      await publishToEventHubs(stack.eventHubs.connectionString(), stack.hub, [event], () => undefined);
    },
    traffic(events) {
      state = 'busy';
      some(events)
        .catch(onError)
        .finally(() => {
          state = 'ready';
        });
    },
  };
}

async function versionOf(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : '';
}

/** Starts the console over a stack. A port that is taken is a `config.port-in-use` fault. */
export async function startDevConsole(stack: Stack, options: DevConsoleOptions): Promise<DevConsole> {
  const { config, store, pipeline, clock } = stack.assembled;
  const root = packageRoot();
  const causeOf = causesOf(config.rules);
  const watch = createWatch({
    now: Date.now,
    kinds: new Map([...config.connections].map(([name, { type }]) => [name, type])),
    ruleOf: (cause) => causeOf(cause).rule ?? cause,
  });
  stack.listen(watch.observer);
  const sender = senderTo(stack, options.onError);
  const starting = startConsole({
    port: options.port,
    hello: {
      version: await versionOf(root),
      config: basename(options.config),
      startedAt: clock.now(),
      capacity: BOOK_LIMITS.rows,
      crm: true,
    },
    page: `${root}dist/local/console/page/`,
    onError: options.onError,
    watch,
    kept: { parking: stack.parking, letters: stack.letters, pipeline, clock: systemClock },
    store,
    rules: config.rules,
    text: await readFile(options.config, 'utf8'),
    functions: process.env['TRIBUTARY_FUNCTIONS'],
    examples: DOCUMENTED_EVENTS.map(({ title, why, body }) => ({ title, why, body })),
    desk: openDesk(new URL(entryUrl('local/console/play/worker'))),
    crm: crmControl(stack.crm.url, options.crmLatencyMs),
    sender,
    now: Date.now,
  });
  const started = await onPort('--console-port', starting);
  return {
    ...started,
    maySend: sender.open,
  };
}
