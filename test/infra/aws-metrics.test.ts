import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { FAULTS } from '../../shared/core/fault.js';
import { METRICS } from '../../shared/core/metrics.js';
import { ENDINGS } from '../../shared/core/ports.js';
import { openMetrics } from '../../shared/metrics/open.js';

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** A file of the stack, as far as metrics need it: what a function of CloudFormation is called does not matter. */
const stack = (path: string): unknown => parse(text(path).replace(/!(?:Ref|Sub|GetAtt|Not|Equals)\b/g, ''));

const NAMESPACE = `tributary/\${sls:stage}`;

interface Asked {
  readonly name: string;
  readonly by: Readonly<Record<string, string>>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every metric of ours that an alarm asks for, at whatever depth. */
function askedBy(value: unknown): Asked[] {
  if (Array.isArray(value)) return value.flatMap(askedBy);
  if (!isObject(value)) return [];
  const inner = Object.values(value).flatMap(askedBy);
  if (value['Namespace'] !== NAMESPACE) return inner;
  const dimensions = Array.isArray(value['Dimensions']) ? value['Dimensions'] : [];
  const by = Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));
  return [{ name: String(value['MetricName']), by }, ...inner];
}

/** The same of the dashboard: `[namespace, name, dimension, value]`, and searches. */
function shown(): Asked[] {
  const body = text('infra/aws/dashboard.yml');
  const rows = [...body.matchAll(/\["tributary\/\$\{sls:stage\}", ([^\]]*)\]/g)].map(([, row]) =>
    JSON.parse(`[${row}]`),
  );
  const listed = rows.map(([name, dimension, value]) => ({
    name,
    by: dimension ? { [dimension]: value } : {},
  }));
  const searched = [...body.matchAll(/SEARCH\('\{\\"([^"\\]+)\\",(\w+)\} MetricName=\\"(\w+)\\"'/g)].map(
    ([, namespace, dimension = '', name = '']) => {
      expect(namespace).toBe(NAMESPACE);
      return { name, by: { [dimension]: '*' } };
    },
  );
  return [...listed, ...searched];
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  Ending: ENDINGS,
  Code: Object.keys(FAULTS),
  Connection: ['*'],
};

const alarms = askedBy(stack('infra/aws/alarms.yml'));

test.each([
  ['alarms', alarms, 9],
  ['the dashboard', shown(), 9],
])('%s ask for metrics of the list, with dimensions and values that there are', (_, asked, least) => {
  expect(asked.length).toBeGreaterThanOrEqual(least);
  for (const { name, by } of asked) {
    const metric = Object.entries(METRICS).find(([known]) => known === name)?.[1];
    expect(Object.keys(by), name).toEqual(metric?.by);
    for (const [dimension, value] of Object.entries(by)) expect(VALUES[dimension]).toContain(value);
  }
});

test('what alarms ask for is what functions tell: the same namespace, for every function', () => {
  const setting = stack('serverless.yml');
  const all = JSON.stringify(setting);
  expect(all.match(/cloudwatch:[^"]+/g)).toEqual([`cloudwatch:${NAMESPACE}`]);
  const lines: string[] = [];
  const out = { write: (line: string) => void lines.push(line), now: () => 0 };
  openMetrics('cloudwatch:tributary/prod', out).record([{ name: 'Records', by: {}, values: [1] }], 'b');
  expect(lines.join('')).toContain('"Namespace":"tributary/prod"');
});

test('the dashboard is JSON', () => {
  const board = stack('infra/aws/dashboard.yml');
  const body = /"DashboardBody":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(board))?.[1] ?? '';
  expect(JSON.parse(JSON.parse(body)).widgets.length).toBeGreaterThan(8);
});

test('no alarm hangs on a line of the log, which a level or a sample could silence', () => {
  expect(text('infra/aws/alarms.yml')).not.toMatch(/MetricFilter|FilterPattern/);
});
