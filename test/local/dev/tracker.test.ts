import { expect, test } from 'vitest';
import { newsLine, progressLine } from '../../../local/dev/progress.js';
import { createTracker, withoutFiles } from '../../../local/dev/tracker.js';
import { Fault } from '../../../shared/core/fault.js';
import type { BatchReport, ConnectionLedger, EndingName, Settlement } from '../../../shared/core/ports.js';
import { countLedger, emptyCounts, emptyEndings } from '../../../shared/pipeline/ledger.js';

const settlement = (id: string, ...names: EndingName[]): Settlement => ({
  id,
  settled: !names.includes('held'),
  endings: names.map((name) => ({
    name,
    ...((name === 'held' || name === 'parked') && { fault: new Fault('remote.unavailable', '503') }),
  })),
});

function report(settlements: readonly Settlement[], over: Partial<BatchReport> = {}): BatchReport {
  const records = settlements.flatMap(({ endings }) => endings).length;
  const ledger = countLedger(settlements.length, records, settlements, emptyCounts());
  return { source: 'stream', replayed: false, ledger, settlements, ...over };
}

const counts = (some: Partial<Record<EndingName, number>>) => ({ ...emptyEndings(), ...some });

test('a redelivery of what has ended is not counted again', () => {
  const tracker = createTracker();
  tracker.batch(report([settlement('1', 'delivered'), settlement('2', 'rejected', 'delivered')]));
  tracker.batch(report([settlement('1', 'unchanged'), settlement('2', 'unchanged', 'unchanged')]));
  expect(tracker.endings()).toEqual(counts({ delivered: 2, rejected: 1 }));
  expect(tracker.settled).toBe(2);
});

test('what is held counts as held until it ends, with all records of its message', () => {
  const tracker = createTracker();
  tracker.batch(report([settlement('1', 'held', 'delivered')]));
  tracker.batch(report([settlement('1', 'held', 'unchanged')]));
  expect(tracker.endings()).toEqual(counts({ held: 2 }));
  expect(tracker.faults().get('remote.unavailable')?.count).toBe(1);
  tracker.batch(report([settlement('1', 'delivered', 'unchanged')]));
  expect(tracker.endings()).toEqual(counts({ delivered: 1, unchanged: 1 }));
  expect([...tracker.faults().keys()]).toEqual([]);
});

test('a parked record counts as what it comes to in the end, once', () => {
  const tracker = createTracker();
  tracker.batch(report([settlement('1', 'parked', 'delivered', 'parked')]));
  expect(tracker.endings()).toEqual(counts({ parked: 2, delivered: 1 }));
  const replay = (name: EndingName) => tracker.batch(report([settlement('1', name)], { replayed: true }));
  replay('parked');
  expect(tracker.endings()).toEqual(counts({ parked: 2, delivered: 1 }));
  replay('held');
  replay('delivered');
  expect(tracker.endings()).toEqual(counts({ parked: 1, delivered: 2 }));
  replay('rejected');
  replay('delivered'); // the queue delivers at least once
  expect(tracker.endings()).toEqual(counts({ delivered: 2, rejected: 1 }));
  expect(tracker.settled).toBe(1);
});

test('messages of two streams that bear one id are two', () => {
  const tracker = createTracker();
  tracker.batch(report([settlement('1', 'delivered')]));
  tracker.batch(report([settlement('1', 'delivered')], { source: 'hub' }));
  expect(tracker.endings()).toEqual(counts({ delivered: 2 }));
});

test('of what a run has published files of the customer are none', () => {
  const tracker = createTracker();
  const run = withoutFiles(tracker);
  run.batch(report([settlement('1', 'delivered')]));
  run.batch(report([settlement('x/1', 'delivered')], { source: 'file:out/own.csv' }));
  expect(tracker.settled).toBe(1);
  expect(tracker.endings()).toEqual(counts({ delivered: 1 }));
});

test('a connection is left alone as long as more breakers opened than closed', () => {
  const tracker = createTracker();
  const change = (one: Partial<ConnectionLedger>) => {
    const plain = report([]);
    const sales = { held: 0, parked: 0, opened: 0, closed: 0, ...one };
    tracker.batch({ ...plain, ledger: { ...plain.ledger, connections: { sales } } });
  };
  change({ opened: 1 });
  change({ opened: 1 });
  change({ closed: 1 });
  expect(tracker.leftAlone()).toEqual(['sales']);
  change({ closed: 1 });
  expect(tracker.leftAlone()).toEqual([]);
});

test('the running totals in words', () => {
  const endings = counts({ delivered: 20, held: 3 });
  expect(progressLine({ sent: 40, settled: 17, count: 50, endings })).toBe(
    'published 40/50   settled 17/50   delivered 20   held 3',
  );
  expect(newsLine(endings, endings)).toBeUndefined();
  expect(newsLine(endings, counts({ delivered: 23 }))).toBe('delivered 23 (+3)  held 0 (-3)');
});

test('what shadows would have done is counted by rule and transition', () => {
  const tracker = createTracker();
  const action = {
    connection: 'sales',
    operation: 'upsert',
    object: 'Contact',
    key: {},
    fields: {},
  } as const;
  const asked = { person: 'p', action, causes: ['tried (member of hot)'], messages: ['1'] };
  tracker.shadow?.(asked);
  tracker.shadow?.(asked);
  expect([...tracker.shadows()]).toEqual([['tried (member of hot)', 2]]);
  expect(tracker.deliveries()).toEqual([]);
});
