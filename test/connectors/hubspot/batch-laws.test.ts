import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { account, batch, contact, done, refusedRow, said } from './account.js';

const FATES = ['done', 'refused', 'silent', 'both'] as const;
type Fate = (typeof FATES)[number];

const KIND = { done: 'accepted', refused: 'rejected', silent: 'unknown', both: 'unknown' } as const;

const fates = fc.array(fc.constantFrom(...FATES), { minLength: 2, maxLength: 12 });

/** The results and errors of rows with these fates. */
function told(rows: readonly Fate[]) {
  const where = (...wanted: readonly Fate[]) =>
    rows.flatMap((fate, i) => (wanted.includes(fate) ? [String(i)] : []));
  return {
    results: where('done', 'both').map((trace) => done(trace)),
    errors: where('refused', 'both').map((trace) => refusedRow(trace)),
  };
}

test('each row has its own fate, in whatever order the answer tells it and whatever else it tells', async () => {
  const cases = fates.chain((rows) => {
    const { results, errors } = told(rows);
    const strangers = fc.constantFrom([], [done('99')], [{ id: '1' }, null, 'x']);
    return fc.record({
      rows: fc.constant(rows),
      results: fc.shuffledSubarray(results, { minLength: results.length }),
      errors: fc.shuffledSubarray(errors, { minLength: errors.length }),
      strangers,
    });
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, results, errors, strangers }) => {
      const answer = said(errors.length > 0 ? 207 : 200, batch([...strangers, ...results], errors));
      const { send } = account(() => answer);
      const outcomes = await send(...rows.map((_, i) => contact(`p${i}`)));
      expect(outcomes.map(({ kind }) => kind)).toEqual(rows.map((fate) => KIND[fate]));
      for (const [i, outcome] of outcomes.entries())
        if (outcome.kind === 'accepted') expect(outcome.id).toBe(`9${i}`);
    }),
  );
});

test('one error may be about several rows', async () => {
  const answer = said(
    207,
    batch([done('1')], [{ ...refusedRow('0'), context: { objectWriteTraceId: ['0', '2'] } }]),
  );
  const { send } = account(() => answer);
  const outcomes = await send(contact('a'), contact('b'), contact('c'));
  expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', 'accepted', 'rejected']);
});
