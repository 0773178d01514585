import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../shared/core/fault.js';
import { demoFile } from '../demo/file.js';
import { STOP_MS } from './closing.js';
import { type DevConsole, startDevConsole } from './console.js';
import { deal, publish } from './demo-traffic.js';
import { preferredPort } from './on-port.js';
import { packageRoot } from './package-files.js';
import { createProgress, type Reading, watchEndings } from './progress.js';
import { ready, type Summary, table } from './report.js';
import { restingIn, watchResting } from './resting.js';
import { type Stack, startStack } from './stack.js';
import { isGood, judge, summarise } from './verdict.js';
import { filesIn, watchFiles } from './watch-files.js';

export interface DevOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly seed: number;
  readonly events: number;
  /** The customer's own file; then the demo's oracle has nothing to say. */
  readonly config: string | undefined;
  readonly kinesisPort: number;
  readonly eventHubsPort: number;
  readonly crmPort: number;
  readonly doorPort: number | undefined;
  /** Of the page that shows the run; without a port 7072, or any that is free. Undefined for no page. */
  readonly console: { readonly port: number | undefined } | undefined;
  /** Longest wait for the published events to be settled, seconds. */
  readonly patience: number;
}

/** Waits until every published message is settled; gives false when that takes too long or somebody stops it. */
async function settled(stack: Stack, count: number, patience: number, stop: AbortSignal): Promise<boolean> {
  const end = performance.now() + patience * 1000;
  while (stack.run.settled < count) {
    if (stop.aborted || performance.now() > end) return false;
    await delay(50);
  }
  return true;
}

async function demonstrate(
  stack: Stack,
  options: DevOptions,
  startedAt: number,
  stop: AbortSignal,
): Promise<Summary> {
  const streams = deal(options);
  // A customer's own file of rules has places of its own, if any.
  const file = options.config === undefined ? demoFile(Date.now() - 3_600_000) : undefined;
  const rows = file?.entries.length ?? 0;
  const count = streams.streamMessages.length + streams.hubMessages.length + rows;
  let sent = 0;
  const { run: tracker } = stack;
  const read = (): Reading => ({ sent, settled: tracker.settled, count, endings: tracker.endings() });
  const progress = createProgress(options.json, read);
  const began = performance.now();
  try {
    const onSent = (more: number): void => {
      sent += more;
    };
    if (file) await stack.exports.put(file.name, file.text);
    onSent(rows);
    await publish(stack, streams, onSent);
    const complete = await settled(stack, count, options.patience, stop);
    const seconds = (performance.now() - began) / 1000;
    return summarise(
      stack,
      { published: count, complete, seconds, startedAt },
      await judge(stack, options.config === undefined, file),
    );
  } finally {
    progress.stop();
  }
}

function untilInterrupted(stop: AbortController): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop.abort();
      resolve();
    };
    for (const signal of SIGNALS) process.once(signal, end);
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Stops the stack; one that somebody has interrupted also in the midst of a large file. */
async function end(stack: Stack, { aborted }: AbortSignal): Promise<void> {
  const again = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => again.abort());
  const patience = aborted ? [AbortSignal.timeout(STOP_MS)] : [];
  if (await stack.close(AbortSignal.any([again.signal, ...patience]))) return;
  process.stderr.write('stopped in the midst of a file or a batch: what this run knew of it is gone\n');
  // What goes on would keep the process, and writes to nothing that outlives it.
  process.exit(1);
}

/** How often names of audiences are looked up, and files looked for, while the stack stays up, milliseconds. */
const LOOK_MS = 1_000;

/** How long the demo CRM takes to answer, milliseconds. */
const CRM_LATENCY_MS = 20;
/** Where the console is, unless that is taken. */
const CONSOLE_PORT = 7072;

interface Started {
  readonly stack: Stack;
  readonly shown: DevConsole | undefined;
}

/** Starts the stack and the page over it; when the page cannot start, the stack is stopped again. */
async function startAll(
  { console: page, ...options }: DevOptions,
  config: string,
  onError: (error: unknown) => void,
  say: (text: string) => void,
): Promise<Started> {
  const stack = await startStack({
    config,
    isDemo: options.config === undefined,
    kinesisPort: options.kinesisPort,
    eventHubsPort: options.eventHubsPort,
    crmPort: options.crmPort,
    doorPort: options.doorPort,
    crmLatencyMs: CRM_LATENCY_MS,
    onError,
    onStep: (what) => say(`starting ${what}\n`),
  });
  if (!page) return { stack, shown: undefined };
  try {
    const port = page.port ?? (await preferredPort(CONSOLE_PORT));
    const shown = await startDevConsole(stack, { config, port, crmLatencyMs: CRM_LATENCY_MS, onError });
    say(`\nconsole: ${shown.url}\n\n`);
    return { stack, shown };
  } catch (error) {
    await stack.close(AbortSignal.timeout(STOP_MS));
    throw error;
  }
}

/** Runs the main job on this machine. Gives the exit status: 0 fine, 1 findings, 2 wrong use or something missing. */
export async function runDev(options: DevOptions): Promise<number> {
  const startedAt = performance.now();
  const stop = new AbortController();
  const interrupted = untilInterrupted(stop);
  const say = (text: string): void => {
    if (!options.json) process.stdout.write(text);
  };
  const complain = (error: unknown): void => {
    if (!stop.signal.aborted)
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  };
  const config = options.config ?? `${packageRoot()}local/demo/tributary.yaml`;
  let started: Started;
  try {
    started = await startAll(options, config, complain, say);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`tributary: ${error.code}: ${error.message}\n`);
    return 2;
  }
  const { stack, shown } = started;
  try {
    // On standard error, so that a ledger in JSON stays one.
    const warn = (text: string) => void process.stderr.write(text);
    const resting = watchResting(await restingIn(process.env, config), warn);
    await resting.look();
    const summary = await demonstrate(stack, options, startedAt, stop.signal);
    if (stop.signal.aborted) {
      process.stderr.write(
        'interrupted before the published events were settled; nothing is said about them\n',
      );
      return 1;
    }
    const good = isGood(summary);
    if (options.json) process.stdout.write(`${JSON.stringify({ good, ...summary }, null, 2)}\n`);
    say(table(summary, good, stack.tracker));
    await resting.look();
    if (!options.once && !stop.signal.aborted) {
      shown?.maySend();
      say(ready(stack, shown?.url));
      const watch = watchEndings(stack.tracker, say);
      const files = watchFiles(await filesIn(process.env, stack.places), say);
      const look = (): Promise<unknown> => Promise.all([resting.look(), files.look()]);
      const looks = setInterval(() => void look().catch(complain), LOOK_MS);
      await interrupted;
      clearInterval(looks);
      watch.stop();
      say('\nstopping …  (Ctrl-C again: at once)\n');
    }
    return good ? 0 : 1;
  } finally {
    await shown?.close();
    await end(stack, stop.signal);
  }
}
