import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { measured } from '../../shared/core/metrics.js';
import { lineMetrics } from '../../shared/metrics/lines.js';
import { anyMeasurements, sumsOf } from './any-measurements.js';

const Line = z.strictObject({
  time: z.iso.datetime(),
  level: z.literal('info'),
  event: z.literal('metrics'),
  batch: z.string(),
  metrics: z.array(
    z.looseObject({
      name: z.string(),
      unit: z.string(),
      sum: z.number(),
      count: z.int().min(1),
      min: z.number(),
      max: z.number(),
    }),
  ),
});

function told(measurements: Parameters<ReturnType<typeof lineMetrics>['record']>[0]) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  lineMetrics({ write, now: () => 0 }).record(measurements, 'run-1');
  return lines;
}

test('whatever comes, lines fit a message of Application Insights and no number is lost or doubled', () => {
  fc.assert(
    fc.property(anyMeasurements, (measurements) => {
      const sums: Record<string, number> = {};
      for (const line of told(measurements)) {
        expect(line.length).toBeLessThan(32_768);
        for (const { name, sum } of Line.parse(JSON.parse(line)).metrics)
          sums[name] = (sums[name] ?? 0) + sum;
      }
      expect(sums).toEqual(sumsOf(measurements));
    }),
    { numRuns: 300 },
  );
});

test('connections of long names are split before the line is too long', () => {
  const many = Array.from({ length: 400 }, (_, i) =>
    measured('CallDuration', { Connection: `${i}`.padEnd(400, '"') }, 1, 2),
  );
  const lines = told(many);
  expect(lines).toHaveLength(10);
  for (const line of lines) expect(line.length).toBeLessThan(32_768);
});

test('several values become their sum, number, least and most', () => {
  const [line = ''] = told([measured('CallDuration', { Connection: 'sales' }, 30, 10, 20)]);
  expect(JSON.parse(line).metrics).toEqual([
    { name: 'CallDuration', unit: 'Milliseconds', Connection: 'sales', sum: 60, count: 3, min: 10, max: 30 },
  ]);
});
