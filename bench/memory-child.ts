import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { kinesis } from '../lambdas/kinesis.js';
import { benchPipeline, packedStore } from './bench-pipeline.js';
import { CONTEXT, type kinesisBatch } from './kinesis-batch.js';
import { endWithParent } from './tidy.js';

/** What the process is told: how many batches, and the files of invocations that they are taken from in turn. */
export const Told = z.object({ batches: z.number(), files: z.array(z.string()) });
export type Told = z.infer<typeof Told>;

/** What it answers; bytes. */
export const Held = z.object({
  /** The most memory that was resident, as the kernel saw it. */
  peak: z.number(),
  /** On the heap after a tenth of the batches and after the last one, garbage collected. */
  earlyHeap: z.number(),
  lateHeap: z.number(),
  /** Of one batch. */
  seconds: z.number(),
  /** Rows that the target took, of all batches. */
  rows: z.number(),
});
export type Held = z.infer<typeof Held>;

/** What it says after each batch: how many it has taken. */
export const Far = z.object({ batch: z.number() });

/** An invocation as it arrives: a text that is parsed, and records that were taken in just now. */
async function arrive(file: string, at: number): Promise<unknown> {
  // Written by memory.ts; a schema would copy it all, and its garbage would be measured.
  const event = JSON.parse(await readFile(file, 'utf8')) as ReturnType<typeof kinesisBatch>;
  for (const record of event.Records) record.kinesis.approximateArrivalTimestamp = at / 1000;
  return event;
}

const collected = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

async function run({ batches, files }: Told, far: (batch: number) => void): Promise<Held> {
  let now = 1_790_000_000_000;
  let rows = 0;
  const pipeline = benchPipeline(packedStore(), () => now, {
    rows: (count) => {
      rows += count;
    },
  });
  const handler = kinesis(pipeline);
  const heaps: number[] = [];
  const start = performance.now();
  for (let round = 0; round < batches; round++) {
    now += 1_000;
    await handler(await arrive(files[round % files.length] ?? '', now), CONTEXT);
    far(round + 1);
    if (round === Math.floor((batches - 1) / 10) || round === batches - 1) heaps.push(collected());
  }
  const [earlyHeap = 0, lateHeap = earlyHeap] = heaps;
  const peak = process.resourceUsage().maxRSS * 1024;
  return { peak, earlyHeap, lateHeap, rows, seconds: (performance.now() - start) / 1000 / batches };
}

// Who started it wants its schemas, too.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endWithParent();
  process.once('message', (told) => {
    const far = (batch: number): void => void process.send?.({ batch });
    void run(Told.parse(told), far).then((held) => process.send?.(held, () => process.disconnect()));
  });
}
