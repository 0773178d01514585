import { benchBundles, bundlesMissed, bundlesText } from './bundles.js';
import { core, scale } from './core-report.js';
import { billsOf, costText, EXAMPLE } from './cost.js';
import { totalsOf, totalsText } from './cost-naive.js';
import { benchDoor } from './door.js';
import { doorText, missedBy } from './door-report.js';
import { benchFiles, filesMissed, filesText } from './files.js';
import { cpuOfHandlers, endToEnd } from './journey.js';
import { NAMES as HANDLERS } from './journey-report.js';
import { memory } from './memory.js';
import type { Name } from './names.js';
import type { Benchmark, Options, Outcome } from './outcome.js';
import { peers } from './peers.js';
import { stores } from './stores.js';

async function door({ seconds, onScenario }: Options): Promise<Outcome> {
  onScenario('the HTTP door');
  const results = await benchDoor(seconds);
  return { results, text: doorText(results), missed: missedBy(results), ratios: {} };
}

async function files(options: Options): Promise<Outcome> {
  const results = await benchFiles(options);
  const { csv, parquet, 'csv planned': csvPlanned, 'parquet planned': parquetPlanned } = results.ratios;
  const ratios = {
    CSV: csv.ratio,
    Parquet: parquet.ratio,
    'CSV, planned': csvPlanned.ratio,
    'Parquet, planned': parquetPlanned.ratio,
  };
  return { results, text: filesText(results), missed: filesMissed(results), ratios };
}

/** The bills of docs/operations.md with the processor time that is measured here, beside those of handlers that remember nothing. */
async function cost(options: Options): Promise<Outcome> {
  const cpu = await cpuOfHandlers(options);
  const cpuMicros = cpu.get(HANDLERS.ours) ?? Number.NaN;
  const work = { ...EXAMPLE, cpuMicros };
  const totals = totalsOf(work, cpu);
  const each = [...cpu].map(([name, micros]) => `${name} ${Math.round(micros)}`).join(', ');
  const { batch, kilobytes, changed, newer, callMs, storeMs } = work;
  const assumed = `assumed: batches of ${batch} events of ${kilobytes} kB, of which ${100 * changed} % change a row and ${100 * newer} % bring newer values; ${callMs} ms for a call to the target, ${storeMs} ms for one to the state`;
  return {
    results: { cpuMicros: Object.fromEntries(cpu), bills: billsOf(work), totals },
    text: `measured: processor time of an event, the cloud's SDK included, µs: ${each}\n${assumed}\n\n${costText(work)}\n${totalsText(totals)}`,
    missed:
      cpuMicros > EXAMPLE.cpuMicros
        ? [`cost: an event takes ${Math.round(cpuMicros)} µs, the sums allow ${EXAMPLE.cpuMicros}`]
        : [],
    ratios: {},
  };
}

async function bundles({ rounds, onScenario }: Options): Promise<Outcome> {
  onScenario('the bundles of the functions');
  const results = await benchBundles(rounds);
  return { results, text: bundlesText(results), missed: bundlesMissed(results), ratios: {} };
}

/** Every benchmark, by its name. */
export const BENCHMARKS: Readonly<Record<Name, Benchmark>> = {
  core,
  scale,
  peers,
  'end-to-end': endToEnd,
  stores,
  memory,
  cost,
  files,
  door,
  bundles,
};
