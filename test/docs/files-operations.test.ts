import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { freshProgress } from '../../shared/files/intake/progress.js';
import { reportOf } from '../../shared/files/intake/report.js';
import { FilesSettings } from '../../shared/settings.js';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/files-operations.md'), 'utf8');
const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
const ENTRY = { name: 'a.csv', version: '1', size: 1, at: 0 };

test('the report on the page has the members of a report, and its endings sum to the rows', () => {
  const report: Record<string, unknown> & { rows: number; endings: Record<string, number> } =
    JSON.parse(shown);
  const real = JSON.parse(
    JSON.stringify(
      reportOf({
        ...freshProgress('daily', ENTRY, 0, 0),
        stage: 'done',
        audience: 'ups/x',
        rows: 1,
        ended: 1,
      }),
    ),
  );
  expect(Object.keys(report)).toEqual(Object.keys(real));
  expect(Object.keys(report.endings)).toEqual(Object.keys(real.endings));
  expect(Object.values(report.endings).reduce((sum, count) => sum + count, 0)).toBe(report.rows);
});

test('the page names the setting of the queue, and every event of the log', () => {
  expect(Object.keys(FilesSettings.shape)).toContain('TRIBUTARY_FILES_QUEUE');
  expect(page).toContain('`TRIBUTARY_FILES_QUEUE`');
  const folder = resolve(import.meta.dirname, '../../shared/files/intake');
  const code = ['close', 'file-turn', 'intake', 'poll', 'worker']
    .map((name) => readFileSync(resolve(folder, `${name}.ts`), 'utf8'))
    .join('\n');
  const events = [...code.matchAll(/write\(\s*(?:level|'\w+'),\s*'(file[\w.-]*)'/g)].map(
    ([, event]) => event,
  );
  expect(events.length).toBeGreaterThan(6);
  expect(events.filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
});
