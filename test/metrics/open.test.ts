import { expect, test } from 'vitest';
import { measured } from '../../shared/core/metrics.js';
import { memoryMetrics, provideMetrics } from '../../shared/metrics/memory.js';
import { openMetrics } from '../../shared/metrics/open.js';

function opened(setting: string | undefined): string[] {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  openMetrics(setting, { write, now: () => 0 }).record([measured('Records', {}, 3)], 'run-1');
  return lines;
}

test.each([undefined, 'off'])('at %j nothing is written', (setting) => {
  expect(opened(setting)).toEqual([]);
});

test('each way writes its own kind of line', () => {
  expect(opened('cloudwatch:tributary/prod')[0]).toContain('"Namespace":"tributary/prod"');
  expect(opened('lines')[0]).toContain('"event":"metrics"');
});

test('memory is what this process has provided by that name', () => {
  const memory = memoryMetrics();
  provideMetrics('open-test', memory);
  expect(opened('memory:open-test')).toEqual([]);
  expect(memory.valuesOf('Records')).toEqual([3]);
});

test.each(['cloudwatch:', 'cloudwatch:AWS/Lambda', 'cloudwatch:a b', 'memory:nobody', 'stdout', 'lines:x'])(
  '%j is refused, and the fault says what it must be',
  (setting) => {
    expect(() => opened(setting)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringMatching(/cloudwatch:NAMESPACE/),
      }),
    );
  },
);
