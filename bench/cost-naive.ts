import { billsOf, gigabytesPut, type Work } from './cost.js';
import { NAMES } from './journey-report.js';
import { AWS, AZURE } from './prices.js';

/** A handler without a state, as far as a bill is concerned. */
interface Naive {
  readonly name: string;
  /** Calls to the target for a batch, and how many of them one after another. */
  readonly calls: (batch: number, rows: number) => number;
  readonly turns: (batch: number) => number;
  /** Whose processor time was measured: one that waits for each call works no more for it, but its process idles meanwhile. */
  readonly measuredAs: string;
}

const NAIVE: readonly Naive[] = [
  { name: NAMES.inOrder, calls: (batch) => batch, turns: (batch) => batch, measuredAs: NAMES.parallel },
  { name: NAMES.parallel, calls: (batch) => batch, turns: () => 1, measuredAs: NAMES.parallel },
  {
    name: NAMES.perBatch,
    calls: (batch, rows) => Math.ceil(batch / rows),
    turns: () => 1,
    measuredAs: NAMES.perBatch,
  },
];

/** Processor time of each handler for an event, microseconds, by its name. */
export type CpuMicros = ReadonlyMap<string, number>;

/** What one of them costs for the work, US dollars, and the calls it makes to the target. */
export interface Total {
  readonly name: string;
  readonly calls: number;
  readonly aws: number;
  readonly azure: number;
}

/** Gigabytes, and share of a processor, as serverless.yml and infra/azure have them. */
const SHAPE = { aws: { memory: 0.5, processors: 512 / 1769 }, azure: { memory: 2, processors: 1 } } as const;

function naiveTotal({ name, calls, turns }: Naive, cpuMicros: number, work: Work): Total {
  const { events, batch, rows, callMs, kilobytes, log } = work;
  const batches = events / batch;
  const gigabytes = (events * kilobytes) / 1_000_000;
  const logs = (batches * log) / 1_000_000;
  const compute = ({ memory, processors }: { memory: number; processors: number }): number => {
    const seconds = (turns(batch) * callMs + (batch * cpuMicros) / 1000 / processors) / 1000;
    return batches * seconds * memory;
  };
  const perInvocation = (price: typeof AWS.invocations): number => (batches / price.per) * price.usd;
  const aws =
    compute(SHAPE.aws) * AWS.compute.usd +
    perInvocation(AWS.invocations) +
    gigabytesPut(work) * AWS.streamIn.usd +
    gigabytes * AWS.streamOut.usd +
    logs * AWS.log.usd;
  const azure =
    compute(SHAPE.azure) * AZURE.compute.usd +
    perInvocation(AZURE.invocations) +
    ((events * Math.ceil(kilobytes / 64)) / AZURE.streamIn.per) * AZURE.streamIn.usd +
    logs * AZURE.log.usd;
  return { name, calls: batches * calls(batch, rows), aws, azure };
}

function ours(work: Work): Total {
  const { aws, azure } = billsOf(work);
  const sum = ({ items }: typeof aws): number => items.reduce((all, { usd }) => all + usd, 0);
  const { events, batch, changed, rows } = work;
  const calls = (events / batch) * Math.ceil((batch * changed) / rows);
  return { name: NAMES.ours, calls, aws: sum(aws), azure: sum(azure) };
}

/** The same work done by tributary, and by those who remember nothing, as far as they were measured. */
export const totalsOf = (work: Work, measured: CpuMicros): readonly Total[] => [
  ours(work),
  ...NAIVE.flatMap((one) => {
    const cpuMicros = measured.get(one.measuredAs);
    return cpuMicros === undefined ? [] : [naiveTotal(one, cpuMicros, work)];
  }),
];

const against = (theirs: number, ours: number): string =>
  theirs < ours ? `${theirs.toFixed(2)}, AHEAD ${(ours / theirs).toFixed(1)} ×` : theirs.toFixed(2);

/** As a table of Markdown. */
export function totalsText(totals: readonly Total[]): string {
  const own = totals.find(({ name }) => name === NAMES.ours);
  const line = ({ name, calls, aws, azure }: Total): string =>
    `| ${name} | ${calls.toLocaleString('en')} | ${against(aws, own?.aws ?? 0)} | ${against(azure, own?.azure ?? 0)} |\n`;
  const head =
    '| handler | calls to the target | USD on AWS | USD on Azure |\n| --- | ---: | ---: | ---: |\n';
  const why =
    'Who waits for each call in order pays for a function that waits: Azure bills 2 GB for all of that time, AWS 0.5.';
  return `Beside handlers that remember nothing, by the same prices:\n\n${head}${totals.map(line).join('')}\n${why}\n`;
}
