import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { azureBundle } from '../build/azure.js';
import { type Bundle, pack } from '../build/bundle.js';
import { lambdaBundle, lambdaNames } from '../build/lambdas.js';
import { type Weight, weigh } from '../build/weight.js';

const run = promisify(execFile);

/** The project's root: this file runs as dist/bench/bundles.js. */
const ROOT = resolve(import.meta.dirname, '../..');

/**
 * What a bundle may weigh that each cold start reads, bytes, and take to import over bare node, milliseconds, on a machine
 * where bare node takes as long as is said.
 */
export const MOST = { bytes: 400_000, ms: 60, bare: 40 } as const;

/** What was measured of one bundle. */
export interface BundleResult extends Weight {
  readonly name: string;
  /** Median of bare node, milliseconds. */
  readonly bare: number;
  /** Median of the import over bare node, milliseconds, as if bare node took {@link MOST}`.bare`. */
  readonly ms: number;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** Time of a whole process that imports a module, or nothing; milliseconds. */
async function took(module: string | undefined): Promise<number> {
  const code = module === undefined ? '' : `await import(${JSON.stringify(module)})`;
  const begin = performance.now();
  await run(process.execPath, ['--input-type=module', '-e', code]);
  return performance.now() - begin;
}

/** Every bundle that is deployed, by its name: one for each Lambda function, and one for the function app. */
const bundlesIn = (folder: string): readonly (readonly [string, Bundle])[] => [
  ...lambdaNames(ROOT).map((name) => [name, lambdaBundle(name, folder)] as const),
  ['azure', azureBundle(join(folder, 'azure'))],
];

/** Bundles each function, and the function app, and measures what a cold start has to read and run before it is asked anything. */
export async function benchBundles(rounds: number): Promise<readonly BundleResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bundles-'));
  try {
    const results: BundleResult[] = [];
    for (const [name, bundle] of bundlesIn(folder)) {
      const weight = weigh(await pack(ROOT, bundle));
      const module = pathToFileURL(join(bundle.folder, 'index.mjs')).href;
      const times: { bare: number; full: number }[] = [];
      // In turns, so that whatever else the machine does is in both.
      for (let i = 0; i < rounds; i += 1)
        times.push({ bare: await took(undefined), full: await took(module) });
      const bare = median(times.map((one) => one.bare));
      const ms = ((median(times.map(({ full }) => full)) - bare) * MOST.bare) / bare;
      results.push({ name, ...weight, bare, ms });
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What was measured, for people. */
export const bundlesText = (results: readonly BundleResult[]): string =>
  results
    .map(({ name, atStart, inAll, bare, ms }) => {
      const bytes = `${Math.round(atStart / 1000)} kB before the first event, at most ${Math.round(inAll / 1000)} kB with it`;
      return `${name.padEnd(9)} ${bytes}, imported in ${ms.toFixed(0)} ms over bare node (target: ${MOST.ms}), were bare node ${MOST.bare} ms and not ${bare.toFixed(0)}\n`;
    })
    .join('');

/** The targets that were missed. */
export const bundlesMissed = (results: readonly BundleResult[]): readonly string[] =>
  results.flatMap(({ name, atStart, ms }) => [
    ...(atStart > MOST.bytes
      ? [`${name}: ${atStart} bytes before the first event are above ${MOST.bytes}`]
      : []),
    ...(ms > MOST.ms ? [`${name}: ${ms.toFixed(1)} ms of import are above ${MOST.ms}`] : []),
  ]);
