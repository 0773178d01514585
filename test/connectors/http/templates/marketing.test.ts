import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../../shared/core/remote.js';
import { jsonResponse } from '../../fakes.js';
import { act, example, guarded, sentTo, type Vendor } from './example.js';

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);

describe('braze.yaml', () => {
  const braze = (answer: unknown, status = 200, headers = {}) =>
    example(
      'braze',
      guarded('authorization', 'Bearer braze-key', () => jsonResponse(status, answer, headers)),
    );

  test('attributes of many users go together, and only what failed is told of', async () => {
    const { asked, connector, send } = await braze({
      message: 'success',
      attributes_processed: 2,
      errors: [{ type: 'EMAIL_BAD_FORMAT', input_array: 'attributes', index: 1 }],
    });
    expect(connector.maxRows).toBe(75);
    expect(
      await send(act('upsert', 'p1', { a: 1 }), act('upsert', 'p2', { a: 2 }), act('upsert', 'p3')),
    ).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'EMAIL_BAD_FORMAT' },
      { kind: 'accepted' },
    ]);
    expect(sentTo(asked, '/users/track')).toEqual([
      { attributes: [{ a: 1, external_id: 'p1' }, { a: 2, external_id: 'p2' }, { external_id: 'p3' }] },
    ]);
  });

  test('an update makes nobody; events are events', async () => {
    const { asked, send } = await braze({ message: 'success' });
    await send(act('update', 'p1', { a: 1 }));
    await send(act('send', 'k', { external_id: 'p1', name: 'joined', time: '2026-01-02T03:04:05Z' }));
    expect(sentTo(asked, '/users/track')).toEqual([
      { attributes: [{ a: 1, external_id: 'p1', _update_existing_only: true }] },
      { events: [{ external_id: 'p1', name: 'joined', time: '2026-01-02T03:04:05Z' }] },
    ]);
  });

  test('a fatal message refuses all, so that the pipeline halves; limits are waited for', async () => {
    const rows = [act('upsert', 'p1'), act('upsert', 'p2')];
    const fatal = await braze({ message: "Valid data must be provided in the 'attributes' field" }, 400);
    expect(await fatal.send(...rows)).toMatchObject([
      { kind: 'rejected', whole: true },
      { kind: 'rejected', whole: true },
    ]);
    const limited = await braze({ message: 'rate limit' }, 429, { 'x-ratelimit-retry-after': '12' });
    expect(await limited.send(...rows)).toMatchObject([
      { kind: 'retry', afterMs: 12_000 },
      { kind: 'retry' },
    ]);
  });
});

/** Leads and a list, as Marketo's REST reference shows their answers. */
function marketo(trouble: (url: URL) => Response | undefined = () => undefined): {
  vendor: Vendor;
  list: Set<number>;
} {
  const leads = new Map<string, number>([['old@example.com', 40]]);
  const list = new Set<number>();
  const fine = (result: unknown): Response => jsonResponse(200, { requestId: 'a#1', success: true, result });
  const vendor: Vendor = (asked, url, json) => {
    if (url.pathname === '/identity/oauth/token') {
      const form = new URLSearchParams(asked.body);
      const good = form.get('client_id') === 'marketo-id' && form.get('client_secret') === 'marketo-secret';
      return good
        ? jsonResponse(200, { access_token: `t${Math.random()}`, token_type: 'bearer', expires_in: 3599 })
        : jsonResponse(401, { error: 'invalid_client' });
    }
    const wrong = trouble(url);
    if (wrong) return wrong;
    const { action, input = [] } = Object(json) as {
      action?: string;
      input?: { email?: string; id?: number }[];
    };
    if (url.pathname === '/rest/v1/leads.json' && asked.method === 'GET') {
      const id = leads.get(url.searchParams.get('filterValues') ?? '');
      return fine(id === undefined ? [] : [{ id }]);
    }
    if (url.pathname === '/rest/v1/leads.json')
      return fine(
        input.map(({ email = '' }) => {
          const id = leads.get(email);
          if (id !== undefined) return { id, status: 'updated' };
          if (action === 'updateOnly')
            return { status: 'skipped', reasons: [{ code: '1004', message: 'Lead not found' }] };
          if (!email.includes('@'))
            return { status: 'skipped', reasons: [{ code: '1003', message: 'bad email' }] };
          leads.set(email, 50 + leads.size);
          return { id: leads.get(email), status: 'created' };
        }),
      );
    const ids =
      asked.method === 'DELETE' ? url.searchParams.getAll('id').map(Number) : input.map(({ id = 0 }) => id);
    for (const id of ids)
      if (asked.method === 'DELETE') list.delete(id);
      else list.add(id);
    return fine(ids.map((id) => ({ id, status: asked.method === 'DELETE' ? 'removed' : 'added' })));
  };
  return { vendor, list };
}

describe('marketo.yaml', () => {
  test('leads are made and changed many at a time, each with its own answer', async () => {
    const { asked, send } = await example('marketo', marketo().vendor);
    const rows = ['new@example.com', 'old@example.com', 'nonsense'].map((key) =>
      act('upsert', key, { firstName: 'A' }),
    );
    expect(await send(...rows)).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted' },
      { kind: 'rejected', code: '1003', text: 'bad email' },
    ]);
    expect(asked.filter(({ url }) => url.includes('/leads.json'))).toHaveLength(1);
    expect(asked.some(({ url }) => url.includes('secret'))).toBe(false);
    expect(kinds(await send(act('update', 'nobody@example.com', { a: 1 })))).toEqual(['absent']);
  });

  test('a list is joined and left by the id of the lead', async () => {
    const { vendor, list } = marketo();
    const { send } = await example('marketo', vendor);
    expect(kinds(await send(act('add', 'old@example.com', {}, '1001')))).toEqual(['accepted']);
    expect([...list]).toEqual([40]);
    expect(kinds(await send(act('remove', 'old@example.com', {}, '1001')))).toEqual(['accepted']);
    expect([...list]).toEqual([]);
    expect(kinds(await send(act('remove', 'nobody@example.com', {}, '1001')))).toEqual(['absent']);
    expect(await send(act('add', 'nobody@example.com', {}, '1001'))).toMatchObject([{ code: 'find.none' }]);
  });

  const refused = (code: string) =>
    jsonResponse(200, { requestId: 'a', success: false, errors: [{ code, message: 'no' }] });
  test.each<[string, object]>([
    ['606', { scope: 'connection', fault: { code: 'remote.throttled' }, afterMs: 20_000 }],
    ['615', { scope: 'connection', fault: { code: 'remote.throttled' } }],
    ['607', { scope: 'connection', fault: { code: 'remote.quota' }, afterMs: 3_600_000 }],
    ['604', { scope: 'connection', fault: { code: 'remote.unavailable' } }],
    ['601', { scope: 'connection', fault: { code: 'remote.unauthorized' } }],
    ['610', { kind: 'rejected', code: '610', whole: true }],
  ])('200 with success: false and %s', async (code, outcome) => {
    const { send } = await example('marketo', marketo(() => refused(code)).vendor);
    expect(await send(act('upsert', 'a@example.com'), act('upsert', 'b@example.com'))).toMatchObject([
      outcome,
      outcome,
    ]);
  });

  test('a token that ended, said with 200 and 602, is renewed once', async () => {
    let first = true;
    const { vendor } = marketo(() => {
      const answer = first ? refused('602') : undefined;
      first = false;
      return answer;
    });
    const { asked, send } = await example('marketo', vendor);
    expect(kinds(await send(act('upsert', 'a@example.com')))).toEqual(['accepted']);
    expect(asked.filter(({ url }) => url.endsWith('/token'))).toHaveLength(2);
  });
});
