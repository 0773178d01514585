import { expect, test } from 'vitest';
import { reportName } from '../../../shared/files/intake/report.js';
import { world } from '../support/intake-world.js';

test('an export whose last part is refused says so: the others have waited for it in vain', async () => {
  const w = world({ mostExits: 1 });
  w.place.write('all_20260901.csv', 'C-1,,realized,1\nC-2,,realized,1', w.clock.now());
  await w.arrive('all_20260901.csv');
  await w.drain();
  w.place.write('all_20260902_1.csv', 'C-1,,realized,1', w.clock.now());
  await w.arrive('all_20260902_1.csv');
  w.place.write('all_20260902_2.csv', 'CUT', w.clock.now());
  await w.drain();
  await w.arrive('all_20260902_2.csv');
  await w.drain();
  expect(w.report('all_20260902_2.csv')).toMatchObject({ result: 'refused' });
  const report = JSON.parse(w.place.read(reportName('all_20260902.csv.export')) ?? 'null');
  expect(report).toMatchObject({
    result: 'waiting for you',
    why: {
      text: expect.stringMatching(
        /^all_20260902_2\.csv, a part of the full export, is refused .* tributary files retry all_20260902_2\.csv$/,
      ),
    },
  });
  expect(w.crm.rows.get('Contact/C-2')).toMatchObject({ Hot: true });
});
