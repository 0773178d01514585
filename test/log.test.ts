import { expect, test } from 'vitest';
import { jsonLog, LEVELS, type Level } from '../shared/log.js';

const NOW = Date.parse('2026-11-01T10:00:00.123Z');

function logged(level: Level) {
  const lines: string[] = [];
  return {
    lines,
    log: jsonLog(
      level,
      (line) => lines.push(line),
      () => NOW,
    ),
  };
}

test('a line is JSON with time, level and event first, and a line break at its end', () => {
  const { lines, log } = logged('info');
  log.write('warn', 'batch', { records: 7, source: 'a\nb', nothing: undefined });
  expect(lines).toEqual([
    '{"time":"2026-11-01T10:00:00.123Z","level":"warn","event":"batch","records":7,"source":"a\\nb"}\n',
  ]);
});

test.each([
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
  ['silent', []],
] as const)('at level %s only %j are written', (level, written) => {
  const { lines, log } = logged(level);
  for (const at of ['info', 'warn', 'error'] as const) log.write(at, at, {});
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(written);
});

test('no field passes itself off as time, level or event', () => {
  const { lines, log } = logged('info');
  log.write('error', 'real', { time: 'then', level: 'info', event: 'fake', code: 'x' });
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '2026-11-01T10:00:00.123Z',
    level: 'error',
    event: 'real',
    code: 'x',
  });
});

test('the levels are in order, silence above all', () => {
  expect(LEVELS).toEqual(['info', 'warn', 'error', 'silent']);
});
