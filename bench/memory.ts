import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Held, type Told } from './memory-child.js';
import type { Options, Outcome } from './outcome.js';
import { ROOT } from './root.js';

const MIB = 2 ** 20;
/** What a batch may take at the most, and how much the heap may grow after the first tenth; bytes. */
const [MOST, GROWTH] = [256 * MIB, 8 * MIB];

/** Sizes of heaps that Lambda's runtime gives Node in a function of 512 MB, as serverless.yml has it; and a way to collect. */
const HEAP = ['--max-semi-space-size=25', '--max-old-space-size=460', '--expose-gc'];

interface Result extends Held, Told {}

/** Runs the batches in a process of its own, so that nothing else is counted. */
export function hold(told: Told): Promise<Result> {
  const child = fork(join(ROOT, 'dist/bench/memory-child.js'), { execArgv: HEAP });
  return new Promise((resolve, reject) => {
    child.once('message', (held) => resolve({ ...told, ...Held.parse(held) }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
    child.send(told);
  });
}

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

const resultText = (one: Result): string =>
  `${one.batches} batches of ${one.records.toLocaleString('en')} records (${mib(one.payload)} an invocation, ${one.memberships} memberships): at most ${mib(one.peak)} resident (target: ${mib(MOST)}); heap after ${Math.ceil(one.batches / 10)} of them ${mib(one.earlyHeap)}, after all ${mib(one.lateHeap)}; ${((one.seconds / one.batches) * 1000).toFixed(0)} ms a batch\n`;

function missedBy(one: Result): readonly string[] {
  const grown = one.lateHeap - one.earlyHeap;
  return [
    ...(one.peak > MOST ? [`memory: ${mib(one.peak)} resident are above ${mib(MOST)}`] : []),
    ...(grown > GROWTH ? [`memory: the heap grew by ${mib(grown)} while nothing new was known`] : []),
  ];
}

/** The Lambda with batches of 10,000 records, a hundred of them one after another. */
export async function memory({ quick, onScenario }: Options): Promise<Outcome> {
  onScenario('memory: 100 batches of 10,000 records');
  const result = await hold({ batches: quick ? 2 : 100, records: quick ? 50 : 10_000, memberships: 2 });
  return { results: result, text: resultText(result), missed: missedBy(result), ratios: {} };
}
