import type { DemoFile } from '../demo/file.js';
import { compare, expectedState } from '../demo/oracle.js';
import { readBack } from './read-back.js';
import type { Summary, Verdict } from './report.js';
import type { Stack } from './stack.js';

/**
 * What is in both streams and in the file, counted anew; for the demo's own file also what the oracle makes of it, beside what the CRM
 * holds.
 */
export async function judge(stack: Stack, isDemo: boolean, file: DemoFile | undefined): Promise<Verdict> {
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
  if (!isDemo) return { counts, differences: undefined };
  const contacts = [...stack.crm.rows('Contact').values()];
  const entries = [...stack.crm.rows('Audience_Entry__c').values()];
  return { counts, differences: compare(expected, { contacts, entries }) };
}

/** The ledger of a run. */
export function summarise(
  stack: Stack,
  run: { published: number; complete: boolean; seconds: number; startedAt: number },
  { counts, differences }: Verdict,
): Summary {
  const endings = stack.run.endings();
  const { calls, rows, accepted, actions } = stack.tracker.totals();
  const sum = Object.values(endings).reduce((total, count) => total + count, 0);
  return {
    published: run.published,
    settled: stack.run.settled,
    complete: run.complete,
    records: { in: counts.records, ended: sum },
    endings,
    crm: { calls, rows, accepted, actions },
    deadLetters: stack.letters.all().length,
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
export function isGood({
  complete,
  published,
  settled: done,
  records,
  endings,
  counted,
  oracle,
}: Summary): boolean {
  const ended =
    complete && done === published && records.in === records.ended && endings.held + endings.parked === 0;
  const read = endings.malformed === counted.malformed && counted.messages === published;
  if (!oracle) return ended && read;
  return ended && read && endings.unaddressed === oracle.unaddressed && oracle.differences.length === 0;
}
