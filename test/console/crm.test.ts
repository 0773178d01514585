import { expect, test } from 'vitest';
import { crmControl } from '../../local/console/crm.js';
import { ada, start, upsert } from '../local/demo-crm-client.js';

test('what the page has the CRM do wrong is cured by waiting for seconds once it is mended', async () => {
  const crm = await start();
  const control = crmControl(crm.url, 0);
  await control.tell({ what: 'throttled' });
  const refused = await upsert(crm, [ada]);
  // The limit of the day (TotalRequests) would be waited for by the quarter of an hour, mended or not.
  expect(refused).toMatchObject({ status: 403, body: [{ message: expect.stringMatching(/^Concurrent/) }] });
  expect(await control.tell({ what: 'mend' })).toEqual({ latencyMs: 0, misbehaviours: [] });
  expect((await upsert(crm, [ada])).status).toBeLessThan(300);
});
