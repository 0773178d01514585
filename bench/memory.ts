import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportOf } from './events.js';
import { kinesisBatch } from './kinesis-batch.js';
import { Far, Held, type Told } from './memory-child.js';
import type { Options, Outcome } from './outcome.js';
import { ROOT } from './root.js';
import { forkKept, withFolder } from './tidy.js';

const MIB = 2 ** 20;
/** What a batch may take at the most, and how much the heap may grow after the first tenth; bytes. */
const [MOST, GROWTH] = [256 * MIB, 8 * MIB];

/**
 * The most that Lambda hands over at once, bytes, however many records were asked for;
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const LARGEST_INVOCATION = 6 * MIB;
const MANY = 10_000;

/** Sizes of heaps that Lambda's runtime gives Node in a function of 512 MB, as serverless.yml has it; and a way to collect. */
const HEAP = ['--max-semi-space-size=25', '--max-old-space-size=460', '--expose-gc'];

/** Invocations that follow each other in turn. In each one a tenth of the people bears another name than in the others. */
const FILES = 5;

interface Result extends Held {
  readonly batches: number;
  readonly records: number;
  /** Bytes of an invocation. */
  readonly payload: number;
}

function payloadOf(records: number, file: number): string {
  const bodies = Array.from({ length: records }, (_, i) => {
    const body = exportOf(i, 2, 0);
    const isRenamed = Math.floor((i * FILES * 2) / records) === file;
    return isRenamed ? Buffer.from(body.toString().replace(`Example${i}`, `Renamed${i}`)) : body;
  });
  return JSON.stringify(kinesisBatch(bodies, 1_790_000_000_000));
}

/** Runs the batches in a process of its own, so that nothing else is counted. */
function hold(told: Told, onBatch: (batch: number) => void): Promise<Held> {
  const child = forkKept(join(ROOT, 'dist/bench/memory-child.js'), [], { execArgv: HEAP });
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const far = Far.safeParse(message);
      if (far.success) onBatch(far.data.batch);
      else resolve(Held.parse(message));
    });
    child.once('error', reject);
    // Not its exit: that may be heard of before its last message.
    child.once('disconnect', () => reject(new Error('the process ended without an answer')));
    child.send(told);
  });
}

async function measure(batches: number, records: number, onScenario: Options['onScenario']): Promise<Result> {
  const what = `memory: batches of ${records.toLocaleString('en')} records`;
  const onBatch = (batch: number): void => onScenario(`${what}: ${batch} of ${batches}`);
  return withFolder('memory', async (folder) => {
    const files: string[] = [];
    let payload = 0;
    for (let file = 0; file < FILES; file++) {
      const text = payloadOf(records, file);
      payload = Buffer.byteLength(text);
      const place = join(folder, `${file}.json`);
      await writeFile(place, text);
      files.push(place);
    }
    return { batches, records, payload, ...(await hold({ batches, files }, onBatch)) };
  });
}

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

const resultText = ({ batches, records, payload, rows, ...held }: Result): string =>
  [
    `${batches} batches of ${records.toLocaleString('en')} records, ${mib(payload)} an invocation, ${Math.round((rows / batches / records) * 100)} % of them change a row`,
    `at most ${mib(held.peak)} resident (target: ${mib(MOST)})`,
    `heap after ${Math.ceil(batches / 10)} of them ${mib(held.earlyHeap)}, after all ${mib(held.lateHeap)}`,
    `${(held.seconds * 1000).toFixed(0)} ms a batch\n`,
  ].join('; ');

function missedBy({ records, peak, earlyHeap, lateHeap }: Result): readonly string[] {
  const grown = lateHeap - earlyHeap;
  const batch = `batches of ${records.toLocaleString('en')} records`;
  return [
    ...(peak > MOST ? [`memory: ${mib(peak)} resident with ${batch} are above ${mib(MOST)}`] : []),
    ...(grown > GROWTH
      ? [`memory: the heap grew by ${mib(grown)} with ${batch}, and nobody new was heard of`]
      : []),
  ];
}

/** How many of the records fill the largest invocation. */
function mostAtOnce(): number {
  const sample = 100;
  return Math.floor((LARGEST_INVOCATION * sample) / Buffer.byteLength(payloadOf(sample, 0)));
}

/** The Lambda with a hundred batches one after another: as large as Lambda makes them, and of 10,000 records, which it never does. */
export async function memory({ quick, onScenario }: Options): Promise<Outcome> {
  const results: Result[] = [];
  for (const records of quick ? [20, 50] : [mostAtOnce(), MANY])
    results.push(await measure(quick ? 2 : 100, records, onScenario));
  return { results, text: results.map(resultText).join(''), missed: results.flatMap(missedBy), ratios: {} };
}
