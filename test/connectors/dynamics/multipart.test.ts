import { describe, expect, test } from 'vitest';
import { batchSaid, type Framing, found, refusedPart, responseOf, written } from './batches.js';
import { contact, environment } from './environment.js';

const THREE = ['p1', 'p2', 'p3'].map((key) => contact(key));
const outcomesOf = (said: ReturnType<typeof batchSaid>) => environment(() => responseOf(said)).send(THREE);
const MIXED = [written(), refusedPart(400, '0x80044331'), written()];

describe('a batch answer is read however it is framed', () => {
  test.each<[string, Framing]>([
    ['CRLF', {}],
    ['LF', { eol: '\n' }],
    ['a quoted boundary', { quoted: true }],
  ])('%s', async (_, framing) => {
    expect((await outcomesOf(batchSaid(MIXED, framing))).map(({ kind }) => kind)).toEqual([
      'accepted',
      'rejected',
      'accepted',
    ]);
  });

  test('the id of a row is taken from its own part', async () => {
    const ids = [1, 2, 3].map((n) => `aaaaaaaa-bbbb-4ccc-8ddd-00000000000${n}`);
    expect(await outcomesOf(batchSaid(ids.map((id) => written(id))))).toEqual(
      ids.map((id) => ({ kind: 'accepted', id })),
    );
  });

  test('an id by alternate key is none', async () => {
    const headers = {
      'OData-EntityId': "https://acme.crm4.dynamics.com/api/data/v9.2/contacts(aep_profileid='p1')",
    };
    const parts = [1, 2, 3].map(() => ({ status: 204, headers }));
    expect((await outcomesOf(batchSaid(parts)))[0]).toEqual({ kind: 'accepted' });
  });
});

describe('what is not said is not believed', () => {
  const whole = batchSaid(MIXED);

  test('cut anywhere, no row is ever taken for another', async () => {
    const fates = ['accepted', 'rejected', 'accepted'];
    for (let length = 0; length < whole.body.length; length += 7) {
      const outcomes = await outcomesOf({ ...whole, body: whole.body.slice(0, length) });
      for (const [i, { kind }] of outcomes.entries())
        expect([kind, i, length]).toEqual([kind === 'unknown' ? 'unknown' : fates[i], i, length]);
    }
  });

  test.each([
    ['the wrong boundary', { ...whole, headers: { 'content-type': 'multipart/mixed; boundary=other' } }],
    ['no boundary', { ...whole, headers: { 'content-type': 'multipart/mixed' } }],
    ['text', { ...whole, headers: { 'content-type': 'text/plain' } }],
    ['parts that are no HTTP', { ...whole, body: whole.body.replaceAll('application/http', 'text/plain') }],
    ['success in words', { ...whole, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' }],
  ])('%s', async (_, said) => {
    expect((await outcomesOf(said)).map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('the words of a refusal are passed on, without what is secret', async () => {
    const text = 'length of lastname exceeded';
    const parts = [refusedPart(400, '0x80044331', text), written(), found({})];
    expect((await outcomesOf(batchSaid(parts)))[0]).toEqual({ kind: 'rejected', code: '0x80044331', text });
  });
});
