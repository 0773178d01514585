import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { azureBundle } from '../build/azure.js';
import { type Bundle, pack } from '../build/bundle.js';
import { lambdaBundle, lambdaNames } from '../build/lambdas.js';
import { type Weight, weigh } from '../build/weight.js';
import { ratioText } from './outcome.js';
import { type Spread, spread } from './rounds.js';
import { withFolder } from './tidy.js';

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
  /** Bare node, milliseconds. */
  readonly bare: Spread;
  /** The import over bare node of the same round, milliseconds, as if bare node took {@link MOST}`.bare`. */
  readonly ms: Spread;
}

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

/** Times of bare node and of a module in turns, so that whatever else the machine does is in both; each second round the module begins. */
async function timesOf(module: string, rounds: number): Promise<Pick<BundleResult, 'bare' | 'ms'>> {
  const times: { bare: number; full: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const early = round % 2 === 0 ? await took(undefined) : undefined;
    const full = await took(module);
    times.push({ bare: early ?? (await took(undefined)), full });
  }
  return {
    bare: spread(times.map(({ bare }) => bare)),
    ms: spread(times.map(({ bare, full }) => ((full - bare) * MOST.bare) / bare)),
  };
}

/** Bundles each function, and the function app, and measures what a cold start has to read and run before it is asked anything. */
export const benchBundles = (rounds: number): Promise<readonly BundleResult[]> =>
  withFolder('bundles', async (folder) => {
    const results: BundleResult[] = [];
    for (const [name, bundle] of bundlesIn(folder)) {
      const weight = weigh(await pack(ROOT, bundle));
      const module = pathToFileURL(join(bundle.folder, 'index.mjs')).href;
      results.push({ name, ...weight, ...(await timesOf(module, rounds)) });
    }
    return results;
  });

/** What was measured, for people. */
export const bundlesText = (results: readonly BundleResult[]): string =>
  results
    .map(({ name, atStart, inAll, bare, ms }) => {
      const bytes = `${Math.round(atStart / 1000)} kB before the first event (target: ${Math.round(MOST.bytes / 1000)}), at most ${Math.round(inAll / 1000)} kB with it`;
      return `${name.padEnd(9)} ${bytes}, imported in ${ratioText(ms)} ms more than bare node takes (target: ${MOST.ms}), on a machine where that takes ${MOST.bare} ms; here it took ${bare.median.toFixed(0)}\n`;
    })
    .join('');

/** The targets that were missed. */
export const bundlesMissed = (results: readonly BundleResult[]): readonly string[] =>
  results.flatMap(({ name, atStart, ms }) => [
    ...(atStart > MOST.bytes
      ? [`${name}: ${atStart} bytes before the first event are above ${MOST.bytes}`]
      : []),
    ...(ms.median > MOST.ms ? [`${name}: ${ms.median.toFixed(1)} ms of import are above ${MOST.ms}`] : []),
  ]);
