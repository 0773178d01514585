import * as z from 'zod';
import { kinesis } from '../lambdas/kinesis.js';
import { benchPipeline, packedStore } from './bench-pipeline.js';
import { exportOf } from './events.js';
import { CONTEXT, kinesisBatch } from './kinesis-batch.js';

/** What the process is told: how many batches of how many records, with how many memberships each. */
export const Told = z.object({ batches: z.number(), records: z.number(), memberships: z.number() });
export type Told = z.infer<typeof Told>;

/** What it answers; bytes. */
export const Held = z.object({
  /** The most memory that was resident, from the first batch on. */
  peak: z.number(),
  /** Resident after a tenth of the batches, and after the last one. */
  early: z.number(),
  late: z.number(),
  /** On the heap at the same two times, garbage collected. */
  earlyHeap: z.number(),
  lateHeap: z.number(),
  /** One invocation as Lambda hands it over. */
  payload: z.number(),
  seconds: z.number(),
});
export type Held = z.infer<typeof Held>;

/** A fifth of the people brings a membership that is news, another one in each batch; the rest is known. */
const NEWS = 0.2;

function payloadOf({ records, memberships }: Told, round: number): string {
  const known = memberships - 1;
  const bodies = Array.from({ length: records }, (_, i) =>
    exportOf(i, (i + round) % records < records * NEWS ? memberships : known, 0),
  );
  return JSON.stringify(kinesisBatch(bodies, 1_790_000_000_000 + round));
}

const collected = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

async function run(told: Told): Promise<Held> {
  let round = 0;
  const handler = kinesis(benchPipeline(packedStore(), () => 1_790_000_000_000 + round));
  let peak = 0;
  let payload = 0;
  const marks: { rss: number; heap: number }[] = [];
  const start = performance.now();
  for (; round < told.batches; round++) {
    const text = payloadOf(told, round);
    payload = Buffer.byteLength(text);
    await handler(JSON.parse(text), CONTEXT);
    const rss = process.memoryUsage.rss();
    peak = Math.max(peak, rss);
    if (round === Math.floor((told.batches - 1) / 10) || round === told.batches - 1)
      marks.push({ rss, heap: collected() });
  }
  const [early, late = early] = marks;
  return {
    peak,
    early: early?.rss ?? 0,
    late: late?.rss ?? 0,
    earlyHeap: early?.heap ?? 0,
    lateHeap: late?.heap ?? 0,
    payload,
    seconds: (performance.now() - start) / 1000,
  };
}

process.once('message', (told) => {
  void run(Told.parse(told)).then((held) => process.send?.(held, () => process.disconnect()));
});
