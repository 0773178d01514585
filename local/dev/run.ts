import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../shared/clock.js';
import { Fault } from '../../shared/core/fault.js';
import { DOCUMENTED_EVENTS } from '../demo/documented-events.js';
import { type DemoFile, demoFile } from '../demo/file.js';
import { compare, expectedState } from '../demo/oracle.js';
import { generate } from '../demo/traffic.js';
import { putAll } from '../put-records.js';
import { createProgress, type Reading, watchEndings } from './progress.js';
import { type Outgoing, publishToEventHubs } from './publish.js';
import { readBack } from './read-back.js';
import { ready, type Summary, table, type Verdict } from './report.js';
import { restingIn, watchResting } from './resting.js';
import { packageRoot, type Stack, startStack } from './stack.js';

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
  /** Longest wait for the published events to be settled, seconds. */
  readonly patience: number;
}

interface Streams {
  readonly streamMessages: readonly Outgoing[];
  readonly hubMessages: readonly Outgoing[];
}

/** Adobe's documented examples and generated traffic, dealt out in turn: half of it to each stream. */
function deal(options: DevOptions): Streams {
  const documented = DOCUMENTED_EVENTS.map(({ body }, i) => ({
    body: Buffer.from(body),
    partitionKey: `documented-${i}`,
  }));
  const generated = generate({
    seed: options.seed,
    events: options.events,
    startAt: Date.now() - 86_400_000,
  });
  const all = [...documented, ...generated];
  return {
    streamMessages: all.filter((_, i) => i % 2 === 0),
    hubMessages: all.filter((_, i) => i % 2 === 1),
  };
}

/** Records per call of the generator, so that progress is seen; the client splits to the service's own limits. */
const SLICE = 250;

async function publishToKinesis(
  { kinesis }: Stack,
  events: readonly Outgoing[],
  onSent: (count: number) => void,
) {
  const client = kinesis.client();
  for (let at = 0; at < events.length; at += SLICE) {
    const slice = events.slice(at, at + SLICE);
    const records = slice.map(({ body, partitionKey }) => ({ partitionKey, data: body }));
    await putAll(client, kinesis.streamName, records, systemClock);
    onSent(slice.length);
  }
}

async function publish(stack: Stack, streams: Streams, onSent: (count: number) => void): Promise<void> {
  const { streamMessages, hubMessages } = streams;
  await Promise.all([
    publishToKinesis(stack, streamMessages, onSent),
    publishToEventHubs(stack.eventHubs.connectionString(), stack.hub, hubMessages, onSent),
  ]);
}

/** Waits until every published message is settled; gives false when that takes too long or somebody stops it. */
async function settled(stack: Stack, count: number, patience: number, stop: AbortSignal): Promise<boolean> {
  const end = performance.now() + patience * 1000;
  while (stack.tracker.settled < count) {
    if (stop.aborted || performance.now() > end) return false;
    await delay(50);
  }
  return true;
}

/**
 * What is in both streams and in the file, counted anew; for the demo's own file also what the oracle makes of it, beside what the CRM
 * holds.
 */
async function judge(stack: Stack, options: DevOptions, file: DemoFile | undefined): Promise<Verdict> {
  const streams = await readBack(
    stack.kinesis.client(),
    stack.kinesis.streamName,
    stack.eventHubs,
    stack.hub,
  );
  const log = [...streams, ...(file?.entries ?? [])];
  const expected = expectedState(log);
  const { records, malformed, unaddressed, rejected } = expected;
  const counts = { messages: log.length, records, malformed, unaddressed, personsRefused: rejected.size };
  if (options.config !== undefined) return { counts, differences: undefined };
  const contacts = [...stack.crm.rows('Contact').values()];
  const entries = [...stack.crm.rows('Audience_Entry__c').values()];
  return { counts, differences: compare(expected, { contacts, entries }) };
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
  const { tracker } = stack;
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
      await judge(stack, options, file),
    );
  } finally {
    progress.stop();
  }
}

function summarise(
  stack: Stack,
  run: { published: number; complete: boolean; seconds: number; startedAt: number },
  { counts, differences }: Verdict,
): Summary {
  const endings = stack.tracker.endings();
  const { calls, rows, accepted, actions } = stack.tracker.totals();
  const sum = Object.values(endings).reduce((total, count) => total + count, 0);
  return {
    published: run.published,
    settled: stack.tracker.settled,
    complete: run.complete,
    records: { in: counts.records, ended: sum },
    endings,
    crm: { calls, rows, accepted, actions },
    deadLetters: stack.deadLetters().length,
    faults: Object.fromEntries(stack.tracker.faults()),
    counted: counts,
    oracle: differences && { ...counts, differences },
    seconds: {
      start: round(performance.now() - run.startedAt - run.seconds * 1000),
      run: round(run.seconds * 1000),
    },
  };
}

const round = (ms: number): number => Math.round(ms / 100) / 10;

/** Nothing lost, nothing left over, every count that of the streams, and the CRM holds what it should. */
function isGood({ complete, published, settled: done, records, endings, counted, oracle }: Summary): boolean {
  const ended =
    complete && done === published && records.in === records.ended && endings.held + endings.parked === 0;
  const read = endings.malformed === counted.malformed && counted.messages === published;
  if (!oracle) return ended && read;
  return ended && read && endings.unaddressed === oracle.unaddressed && oracle.differences.length === 0;
}

function untilInterrupted(stop: AbortController): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop.abort();
      resolve();
    };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });
}

/** How often names of audiences are looked up while the stack stays up, milliseconds. */
const LOOK_MS = 1_000;

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
  let stack: Stack;
  try {
    stack = await startStack({
      config,
      kinesisPort: options.kinesisPort,
      eventHubsPort: options.eventHubsPort,
      crmPort: options.crmPort,
      doorPort: options.doorPort,
      crmLatencyMs: 20,
      onError: complain,
      onStep: (what) => say(`starting ${what}\n`),
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`tributary: ${error.code}: ${error.message}\n`);
    return 2;
  }
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
      say(ready(stack));
      const watch = watchEndings(stack.tracker, say);
      const looks = setInterval(() => void resting.look().catch(complain), LOOK_MS);
      await interrupted;
      clearInterval(looks);
      watch.stop();
      say('\nstopping …\n');
    }
    return good ? 0 : 1;
  } finally {
    await stack.close();
  }
}
