import { AS_OF, AWS, AZURE, type Price, VERIFIED } from './prices.js';

/** What a deployment is asked to do, and what of it was measured. */
export interface Work {
  readonly events: number;
  readonly kilobytes: number;
  /**
   * Shares of the events: those that change a row in the target, and those that only bring newer values. Any export is newer than the
   * one before it: where rules read an attribute its time is kept, so that an older one that comes late is known for what it is.
   */
  readonly changed: number;
  readonly newer: number;
  /** Messages of a batch, and rows that the target takes at once. */
  readonly batch: number;
  readonly rows: number;
  /** A state as it is stored, and a page of the audit, kilobytes. */
  readonly state: number;
  readonly page: number;
  /** Of the target and of the state store, milliseconds. */
  readonly callMs: number;
  readonly storeMs: number;
  /** Processor time of the function for one event, microseconds: the SDKs of the cloud and the target's wire format included. */
  readonly cpuMicros: number;
  /** Log of a batch, kilobytes. */
  readonly log: number;
}

/** What the sums of docs/operations.md are made with. */
export const EXAMPLE: Work = {
  events: 1_000_000,
  kilobytes: 2.6,
  changed: 0.2,
  newer: 0.8,
  batch: 500,
  rows: 200,
  state: 1.9,
  page: 0.9,
  callMs: 500,
  storeMs: 10,
  cpuMicros: 1_500,
  log: 2,
};

/** How a cloud is deployed: requests to the state at once, persons of one read, and memory of a function, GB. */
interface Shape {
  readonly atOnce: number;
  readonly perRead: number;
  readonly readsAtOnce: number;
  readonly memory: number;
  /** Processors that come with the memory: one with 1,769 MB on Lambda, one with 2,048 MB on Flex Consumption. */
  readonly processors: number;
}

const SHAPES = {
  aws: { atOnce: 48, perRead: 100, readsAtOnce: 4, memory: 0.5, processors: 512 / 1769 },
  azure: { atOnce: 48, perRead: 1, readsAtOnce: 48, memory: 2, processors: 1 },
} as const satisfies Record<string, Shape>;

/** Requests one after another when so many are made at once. */
const turns = (requests: number, atOnce: number): number => Math.ceil(requests / atOnce);

/** How long one batch takes, seconds: processor time, and waiting for the state and the target. */
export function batchSeconds(work: Work, cloud: keyof typeof SHAPES): number {
  const { atOnce, perRead, readsAtOnce, processors } = SHAPES[cloud];
  const { batch, changed, newer, rows, callMs, storeMs, cpuMicros } = work;
  const reads = turns(Math.ceil(batch / perRead), readsAtOnce);
  // The lease of those who are sent for, then the outcome of everybody; pages of the audit go beside both.
  const writes = turns(batch * changed, atOnce) + turns(batch * (changed + newer), atOnce);
  // Four calls at once, for each connection.
  const calls = turns(Math.ceil((batch * changed) / rows), 4);
  const busy = (batch * cpuMicros) / 1000 / processors;
  return ((reads + writes) * storeMs + calls * callMs + busy) / 1000;
}

/** One line of a bill. */
export interface Item {
  readonly what: string;
  readonly amount: number;
  readonly unit: string;
  readonly usd: number;
}

const item = (what: string, amount: number, { usd, per, unit }: Price): Item => ({
  ...{ what, amount, unit },
  usd: (amount / per) * usd,
});

/** What so many events cost, and what an hour costs in which nothing happens. */
export interface Bill {
  readonly items: readonly Item[];
  readonly hour: Item;
}

/** Kinesis counts each record that is put as whole kilobytes. https://aws.amazon.com/kinesis/data-streams/pricing/ */
export const gigabytesPut = ({ events, kilobytes }: Work): number =>
  (events * Math.ceil(kilobytes)) / 1_000_000;

/** The bill of AWS and of Azure for some work. */
export function billsOf(work: Work): { readonly aws: Bill; readonly azure: Bill } {
  const { events, batch, kilobytes, state, page, changed, newer } = work;
  const batches = events / batch;
  const gigabytes = (events * kilobytes) / 1_000_000;
  const writes = events * (newer + 2 * changed);
  const pages = events * changed;
  const logs = (batches * work.log) / 1_000_000;
  const compute = (cloud: keyof typeof SHAPES): number =>
    batches * batchSeconds(work, cloud) * SHAPES[cloud].memory;
  const aws = [
    item('functions: time', compute('aws'), AWS.compute),
    item('functions: invocations', batches, AWS.invocations),
    item('stream: in', gigabytesPut(work), AWS.streamIn),
    item('stream: out', gigabytes, AWS.streamOut),
    item('state: reads', events * Math.ceil(state / 4), AWS.stateRead),
    item('state: writes', writes * Math.ceil(state), AWS.stateWrite),
    item('audit: reads', pages * Math.ceil(page / 4), AWS.stateRead),
    item('audit: writes', pages * Math.ceil(page), AWS.stateWrite),
    item('log', logs, AWS.log),
  ];
  const azure = [
    item('functions: time', compute('azure'), AZURE.compute),
    item('functions: invocations', batches, AZURE.invocations),
    item('stream: in', events * Math.ceil(kilobytes / 64), AZURE.streamIn),
    item('state: reads', events, AZURE.state),
    item('state: writes', writes, AZURE.state),
    item('audit: reads and writes', 2 * pages, AZURE.state),
    item('log', logs, AZURE.log),
  ];
  return {
    aws: { items: aws, hour: item('stream: an hour', 1, AWS.streamHour) },
    azure: { items: azure, hour: item('stream: an hour', 1, AZURE.streamHour) },
  };
}

const usd = (amount: number): string => amount.toFixed(amount < 0.1 ? 4 : 2);

function rowsOf(cloud: string, { items, hour }: Bill): string {
  const line = ({ what, amount, unit, usd: cost }: Item): string =>
    `| ${cloud} | ${what} | ${amount.toLocaleString('en', { maximumFractionDigits: 3 })} ${unit} | ${usd(cost)} |\n`;
  const sum = items.reduce((all, { usd: cost }) => all + cost, 0);
  return `${items.map(line).join('')}| ${cloud} | **sum** | | **${usd(sum)}** |\n${line(hour)}`;
}

/** The bills as a table of Markdown, as docs/operations.md shows them. */
export function costText(work: Work): string {
  const { aws, azure } = billsOf(work);
  const head = '| cloud | what | how much | USD |\n| --- | --- | --- | ---: |\n';
  const trust = VERIFIED ? '' : ', which nobody has verified';
  return `Per million events, by prices of ${AS_OF}${trust}:\n\n${head}${rowsOf('AWS', aws)}${rowsOf('Azure', azure)}`;
}
