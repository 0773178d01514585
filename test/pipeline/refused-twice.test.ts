import { expect, test } from 'vitest';
import { contact, judgedAll, of, refused, rule, run, says, saysCold, world } from './owed-world.js';

// Two records of one batch want the same of one row, which its target refuses: it is asked once, and both were refused.

test('a record whose row was refused for an earlier one is rejected as well, with a letter of its own', async () => {
  const one = world(of([contact]));
  one.how.answers = { Contact: refused };
  expect(await run(one.deps, [says(11, 'realized'), says(12, 'realized')])).toEqual(['rejected', 'rejected']);
  expect(one.deps.deadLetters.all()).toHaveLength(2);
});

test('it is unchanged where the row was accepted', async () => {
  const one = world(of([contact]));
  expect(await run(one.deps, [says(11, 'realized'), says(12, 'realized')])).toEqual([
    'delivered',
    'unchanged',
  ]);
});

test.each([true, false])(
  'the row of the second edge is not lost with the first, one batch: %s',
  async (together) => {
    const rowFor = (audience: string) =>
      rule(
        `x ${audience}`,
        { entered: audience },
        { upsert: 'desk/X', match: { Id: '$key' }, set: { In: { value: 'yes' } } },
      );
    const one = world(of([rowFor('hot'), rowFor('cold')]));
    one.how.answers = { X: refused };
    const records = [says(11, 'realized'), saysCold(12, 'realized')];
    if (together) await run(one.deps, records);
    else for (const record of records) await run(one.deps, [record]);
    one.how.answers = {};
    await run(one.deps, [says(13, 'exited')]);
    await judgedAll(one);
    expect([...one.rows.keys()]).toEqual(['X/C-1']);
  },
);
