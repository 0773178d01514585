import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchSaid, partsAsked, responseOf, written } from './batches.js';
import { contact, environment } from './environment.js';

const accepting = ({ body }: { body: string }): Response =>
  responseOf(batchSaid(partsAsked(body).map(() => written())));

describe('the key of a row', () => {
  test.each([...'/#<>*%&:\\?+'])('%s in it: that row is refused, the others are sent', async (character) => {
    const { send, data } = environment(accepting);
    const outcomes = await send([contact('p1'), contact(`ada${character}b`), contact('p3')]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'key.character', field: 'aep_profileid' },
      { kind: 'accepted' },
    ]);
    expect(JSON.stringify(outcomes[1])).not.toContain('ada');
    expect(data().flatMap(({ body }) => partsAsked(body))).toHaveLength(2);
  });

  test('every row refused: nothing is sent, not even for a token', async () => {
    const { send, asked } = environment(accepting);
    expect(await send([contact('a/b'), contact('')])).toMatchObject([
      { code: 'key.character' },
      { code: 'key.empty' },
    ]);
    expect(asked).toHaveLength(0);
  });

  test.each([
    ['half a character', '\ud800', 'key.character'],
    ['a control character', 'a\nb', 'key.character'],
  ])('%s is refused', async (_, key, code) => {
    expect(await environment(accepting).send([contact(key)])).toMatchObject([{ kind: 'rejected', code }]);
  });

  test('quotes are doubled, and all else is percent-encoded', async () => {
    const { send, data } = environment(accepting);
    await send([contact("O'Brien é b@example.com")]);
    expect(data()[0]?.body).toContain(
      "PATCH /api/data/v9.2/contacts(aep_profileid='O''Brien%20%C3%A9%20b%40example.com') HTTP/1.1\r\n",
    );
  });

  test('any other key arrives as it is', async () => {
    const fit = fc
      .string({ minLength: 1, unit: 'binary' })
      .filter((key) => !/[/#<>*%&:\\?+\p{Cc}\p{Cs}]/u.test(key));
    await fc.assert(
      fc.asyncProperty(fit, async (key) => {
        const { send, data } = environment(accepting);
        expect(await send([contact(key)])).toMatchObject([{ kind: 'accepted' }]);
        const [part] = partsAsked(data()[0]?.body ?? '');
        expect(part?.path).toBe(`/api/data/v9.2/contacts(aep_profileid='${key.replaceAll("'", "''")}')`);
      }),
      { numRuns: 100 },
    );
  });

  test('columns in bareKeys are not quoted, and take nothing but ids and numbers', async () => {
    const { send, data } = environment(accepting, { bareKeys: ['contactid'] });
    const id = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000001';
    const outcomes = await send([
      contact('', { key: { contactid: id } }),
      contact('', { key: { contactid: "x')" } }),
    ]);
    expect(outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'rejected', code: 'key.value' }]);
    expect(partsAsked(data()[0]?.body ?? '')).toMatchObject([
      { path: `/api/data/v9.2/contacts(contactid=${id})` },
    ]);
  });

  test('the key column is never in the body', async () => {
    const { send, data } = environment(accepting);
    const outcomes = await send([
      contact('p1', { fields: { AEP_ProfileId: 'p1', lastname: 'Lovelace' } }),
      contact('p2', { fields: { aep_profileid: 'p3', lastname: 'Lovelace' } }),
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'key.conflict', field: 'aep_profileid' },
    ]);
    expect(partsAsked(data()[0]?.body ?? '')).toMatchObject([{ body: { lastname: 'Lovelace' } }]);
  });

  test('two columns, or none, address nothing', async () => {
    const { send } = environment(accepting);
    expect(await send([contact('', { key: {} }), contact('', { key: { a: '1', b: '2' } })])).toMatchObject([
      { code: 'key.count' },
      { code: 'key.count' },
    ]);
  });
});
