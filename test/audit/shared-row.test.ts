import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeCrm, rulesOf } from '../support/fakes.js';
import { audited, FILE, says } from './world.js';

const MAIL = 'shared@example.com';

test('a field of a row that two persons share has changed when the row held something else, whoever wrote it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          person: fc.constantFrom('A', 'B'),
          name: fc.constantFrom('Ada', 'Bob'),
          hot: fc.boolean(),
          isRefused: fc.boolean(),
        }),
        { minLength: 2, maxLength: 8 },
      ),
      async (story) => {
        const crm = fakeCrm({
          answer: () => (isRefused ? { kind: 'rejected', code: 'NO', text: 'no' } : undefined),
        });
        let isRefused = false;
        const world = audited(crm);
        let known: Readonly<Record<string, unknown>> = {};
        for (const [i, one] of story.entries()) {
          isRefused = one.isRefused;
          const before = (await world.row(MAIL)).rows[0]?.entries.length ?? 0;
          await world.run(says(`${i}`, one.person, { ...one, mail: MAIL, second: i }));
          world.deps.clock.advance(60_000);
          const { entries = [] } = (await world.row(MAIL)).rows[0] ?? {};
          const is: Readonly<Record<string, unknown>> = { ...known, Name: one.name, Hot: one.hot };
          for (const { fields } of entries.slice(before))
            for (const { name, changed } of fields)
              expect([name, changed]).toEqual([name, known[name] !== is[name]]);
          if (!isRefused && entries.length > before) known = is;
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('a row that was deleted, or is not there, holds nothing any more', async () => {
  let isGone = false;
  const world = audited(fakeCrm({ answer: () => (isGone ? { kind: 'absent' } : undefined) }));
  const run = async (person: string, second: number) => {
    await world.run(says(`${second}`, person, { hot: true, name: 'Ada', mail: MAIL, second }));
    world.deps.clock.advance(1_000);
  };
  await run('A', 1);
  await run('B', 2);
  isGone = true;
  await run('C', 3);
  isGone = false;
  await run('D', 4);
  const [row] = (await world.row(MAIL)).rows;
  expect(row?.entries.map(({ fields }) => fields.map(({ changed }) => changed))).toEqual([
    [true, true],
    [false, false],
    [false, false],
    [true, true],
  ]);
});

test('rows whose keys differ in capital and small letters only are told apart', async () => {
  const [rule] = FILE.rules;
  const action = { upsert: 'sales/Contact', match: { Id: '$key' }, set: { Name: 'name' } };
  const world = audited(fakeCrm(), undefined, rulesOf({ ...FILE, rules: [{ ...rule, do: [action] }] }));
  await world.run(
    says('1', '0035g00000XyZ12', { hot: true, name: 'Ada' }),
    says('2', '0035g00000xYz12', { hot: true, name: 'Bob' }),
  );
  const told = async (key: string) =>
    (await world.row(key)).rows.map(({ entries, otherSpelling }) => [
      entries.map(({ messages }) => messages[0]?.id),
      otherSpelling,
    ]);
  expect(await told('0035g00000XyZ12')).toEqual([
    [['1'], undefined],
    [['2'], true],
  ]);
  expect(await told('0035g00000xYz12')).toEqual([
    [['2'], undefined],
    [['1'], true],
  ]);
  // Whoever does not know how it is spelled is told of all.
  expect(await told('0035G00000XYZ12')).toEqual([[['1', '2'], undefined]]);
  const { rows } = await world.person('crmid:0035g00000XyZ12');
  expect(rows.map(({ entries }) => entries.map(({ messages }) => messages[0]?.id))).toEqual([['1']]);
});
