import { expect, test } from 'vitest';
import { DOORS, METRICS, measured } from '../../shared/core/metrics.js';
import { embeddedMetrics } from '../../shared/metrics/embedded.js';
import { openMetrics } from '../../shared/metrics/open.js';
import { blocks, page, table } from './markdown.js';

const docs = page('metrics.md');

test('the table is the list', () => {
  const listed = Object.entries(METRICS).map(([name, { unit, by, says }]) => [name, unit, by.join(), says]);
  expect(table(docs, 'metric')).toEqual(listed);
});

test('the doors are those there are', () => {
  const [, values = ''] = table(docs, 'dimension').find(([name]) => name === 'Door') ?? [];
  expect(values.match(/[\w-]+/g)).toEqual([...DOORS]);
});

test('the number of series that a connection adds is the one that is told', () => {
  const all = Object.values(METRICS).filter(({ by }) => by.some((dimension) => dimension === 'Connection'));
  expect(docs).toContain(`and ${all.length} for each connection.`);
});

test('the line is one that is written', () => {
  const [shown = ''] = blocks(docs, 'json');
  const { batch, _aws } = JSON.parse(shown);
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text);
  embeddedMetrics({ namespace: 'tributary/prod', write, now: () => _aws.Timestamp }).record(
    [
      measured('RecordsEnded', { Ending: 'rejected' }, 1),
      measured('ActionsEnded', { Ending: 'rejected' }, 1),
    ],
    batch,
  );
  expect(JSON.parse(lines.join(''))).toEqual(JSON.parse(shown));
});

test('each way of the setting is one', () => {
  const ways = table(docs, 'value').map(([way = '']) => way.replace('NAMESPACE', 'x'));
  expect(ways).toHaveLength(4);
  for (const way of ways.filter((one) => !one.startsWith('memory:')))
    expect(() => openMetrics(way, { write: () => undefined, now: () => 0 })).not.toThrow();
});
