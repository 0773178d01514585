import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { METRICS, type MetricName, measured } from '../../shared/core/metrics.js';
import { embeddedMetrics } from '../../shared/metrics/embedded.js';
import { anyMeasurements, sumsOf } from './any-measurements.js';

const NOW = 1_790_000_000_000;

function told(measurements: Parameters<ReturnType<typeof embeddedMetrics>['record']>[0]) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  embeddedMetrics({ namespace: 'tributary/test', write, now: () => NOW + 0.5 }).record(measurements, 'run-1');
  return lines;
}

const UNITS = ['Count', 'Milliseconds', 'Percent'];

/**
 * The format, as its specification has it; a metric's values are checked where they stand.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const Document = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int(),
    CloudWatchMetrics: z
      .array(
        z.strictObject({
          Namespace: z.string().min(1).max(1024),
          Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
          Metrics: z
            .array(z.strictObject({ Name: z.string().min(1).max(1024), Unit: z.enum(UNITS) }))
            .min(1)
            .max(100),
        }),
      )
      .length(1),
  }),
});
const Value = z.union([z.number(), z.array(z.number()).min(1).max(100)]);
const Dimension = z
  .string()
  .regex(/^(?!:)[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/)
  .max(1024);

test('whatever comes, each line is a document of the format within its limits, and no number is lost or doubled', () => {
  fc.assert(
    fc.property(anyMeasurements, (measurements) => {
      const sums: Record<string, number> = {};
      for (const line of told(measurements)) {
        expect(line.endsWith('\n') && !line.slice(0, -1).includes('\n')).toBe(true);
        expect(Buffer.byteLength(line)).toBeLessThan(256 * 1024);
        const document = Document.parse(JSON.parse(line));
        const [directive] = document._aws.CloudWatchMetrics;
        for (const name of directive?.Dimensions[0] ?? []) Dimension.parse(document[name]);
        const names = directive?.Metrics.map(({ Name }) => Name) ?? [];
        expect(new Set(names).size).toBe(names.length);
        for (const name of names)
          for (const value of [Value.parse(document[name])].flat()) sums[name] = (sums[name] ?? 0) + value;
      }
      expect(sums).toEqual(sumsOf(measurements));
    }),
    { numRuns: 300 },
  );
});

test('one document for each set of dimensions, with the unit of the list', () => {
  const lines = told([
    measured('Records', {}, 7),
    measured('RecordsEnded', { Ending: 'held' }, 2),
    measured('ActionsEnded', { Ending: 'rejected' }, 1),
    measured('CallDuration', { Connection: 'sales' }, 30, 40),
  ]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { Records: 7, batch: 'run-1', _aws: { Timestamp: NOW, CloudWatchMetrics: [{ Dimensions: [[]] }] } },
    { RecordsEnded: 2, Ending: 'held' },
    { ActionsEnded: 1, Ending: 'rejected' },
    {
      CallDuration: [30, 40],
      Connection: 'sales',
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'tributary/test',
            Dimensions: [['Connection']],
            Metrics: [{ Name: 'CallDuration', Unit: 'Milliseconds' }],
          },
        ],
      },
    },
  ]);
});

test('more values than a document takes go into further ones', () => {
  const values = Array.from({ length: 250 }, (_, i) => i);
  const lines = told([measured('CallDuration', { Connection: 'sales' }, ...values)]);
  expect(lines.flatMap((line) => JSON.parse(line).CallDuration)).toEqual(values);
  expect(lines).toHaveLength(3);
});

test('the list keeps to what CloudWatch takes', () => {
  for (const name of Object.keys(METRICS) as MetricName[]) {
    expect(UNITS).toContain(METRICS[name].unit);
    expect(name).toMatch(/^[A-Z][A-Za-z]{2,40}$/);
    expect(METRICS[name].by.length).toBeLessThanOrEqual(1);
  }
});
