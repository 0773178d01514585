import { expect, test } from 'vitest';
import { as, busy, call, comesBack, contact, crmid, mail, of, run, says, world } from './owed-world.js';

// What becomes of edges that are owed to a person when a better key of theirs becomes known.

test.each([
  ['says nothing of the audience', { segmentMembership: {} }],
  ['says it again', {}],
])(
  'a stay owed under the lesser key is no entry under the better one, when the record that shows both %s',
  async (_, more) => {
    const one = world(of([contact, call('entered'), call('stayed')]));
    await run(one.deps, [says(11, 'realized', as(mail))]);
    one.how.answers = { Contact: busy, Call: busy };
    expect(await run(one.deps, [says(15, 'realized', as(mail))])).toEqual(['parked']);
    one.how.answers = {};
    await run(one.deps, [says(15, 'realized', { ...as(mail, crmid), ...more })]);
    await comesBack(one);
    expect(one.said().filter((what) => what === 'entered')).toHaveLength(1);
    expect(one.said()).toContain('stayed');
  },
);

test('what was begun under the lesser key keeps the time that names it, though its membership was said again since', async () => {
  const one = world(of([contact, call('entered')]));
  one.how.answers = { Contact: busy };
  expect(await run(one.deps, [says(11, 'realized', as(mail))])).toEqual(['parked']);
  expect(await run(one.deps, [says(15, 'realized', as(mail))])).toEqual(['parked']);
  expect((await one.state('email:ada@example.com'))?.owed).toMatchObject([{ change: 'entered' }]);
  one.how.answers = {};
  await run(one.deps, [says(15, 'realized', as(mail, crmid))]);
  await comesBack(one);
  expect(one.rows.get('Contact/C-1')).toMatchObject({ Hot: true });
  expect(one.said()).toEqual(['entered']);
});
