import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audienceTemplate } from '../../shared/adobe/audience-template.js';
import { Fault } from '../../shared/core/fault.js';
import type { StateStore } from '../../shared/core/ports.js';
import { AudienceRecord } from '../../shared/door/audience.js';
import { audienceBook } from '../../shared/door/audience-book.js';
import { AudienceList, audienceRoutes } from '../../shared/door/audiences.js';
import { handleDoor } from '../../shared/door/door.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { encodeState } from '../../shared/stores/state-codec.js';
import { render } from '../adobe/pebble.js';
import { fakeClock } from '../support/fakes.js';
import { request } from './door-world.js';
import { openGate } from './open-gate.js';

/** The door with nothing but the audiences behind it. */
function audienceDoor(store: StateStore = memoryStore()) {
  // Nothing here sleeps but the watch over the whole answer, which is never needed.
  const clock = { ...fakeClock(), sleep: () => new Promise<void>(() => undefined) };
  const lines: string[] = [];
  const log = {
    write: (_: string, event: string, fields: object) =>
      void lines.push(JSON.stringify({ event, ...fields })),
  };
  let ids = 0;
  const deps = {
    routes: audienceRoutes({ book: audienceBook(store, clock), clock, log }),
    gate: openGate,
    clock,
    log,
    newId: () => `request-${++ids}`,
    answerMs: 1_700,
  };
  return {
    clock,
    lines,
    async call(method: string, url: string, body?: unknown) {
      const { pathname, searchParams } = new URL(url, 'https://tributary.example.com');
      const asked = request({ method, path: pathname, query: searchParams, body: body ?? '' });
      const response = await handleDoor(asked, deps);
      return { ...response, json: JSON.parse(response.body) as Record<string, unknown> };
    },
  };
}

const VIP = {
  name: 'VIP "gold" & more',
  type: 'segment',
  external_id: '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
  metadata: {
    org_id: 'ACME@AdobeOrg',
    sandbox: 'prod',
    destination_id: 'd-1',
    destination_name: 'tributary',
  },
};

describe('the calls that our own audience template makes', () => {
  const template = audienceTemplate({
    url: 'https://tributary.example.com',
    login: 'bearer',
    fields: { attributes: [], identities: [] },
    kinesis: undefined,
    eventHub: undefined,
  }).metadataTemplate;
  const macros = (alias: string, name: string) => ({
    segment: { id: 'aep-1', name, alias, description: '' },
    destination: { imsOrgId: 'ACME@AdobeOrg', sandboxName: 'prod', id: 'd-1', name: 'tributary' },
    customerData: { source: 'acme' },
    authData: { token: 'token' },
  });
  const filled = (value: unknown, scope: object): unknown => {
    if (typeof value === 'string') return render(value, { ...scope });
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, scope)]));
  };

  test('an audience is made, renamed, exported as a file and removed, by the id our answer gave', async () => {
    const door = audienceDoor();
    const make = async (event: 'create' | 'update' | 'delete' | 'notify', alias: string, name: string) => {
      const { url, httpMethod, requestBody } = template[event];
      const scope = macros(alias, name);
      return door.call(httpMethod, render(url, scope), requestBody && filled(requestBody.json, scope));
    };
    const created = await make('create', '', 'VIP');
    const id = render(template.create.responseFields?.[0]?.value ?? '', { response: created.json });
    expect(id).toMatch(/^aud_[0-9a-f]{24}$/);
    expect(created).toMatchObject({ status: 200, headers: { 'x-audience-id': id } });
    expect(AudienceRecord.parse(created.json)).toMatchObject({
      audience: 'aep-1',
      source: 'acme',
      sandbox: 'prod',
    });
    expect(created.json).not.toHaveProperty('description');
    // Rules may use the former name.
    expect((await make('update', id, 'VIP 2026')).json).toMatchObject({
      id,
      name: 'VIP 2026',
      formerly: ['VIP'],
    });
    expect((await make('notify', id, 'VIP 2026')).json).toMatchObject({ id, notified: expect.any(String) });
    expect(await make('delete', id, 'VIP 2026')).toMatchObject({ status: 200, json: { id } });
    expect(await door.call('GET', `/v1/audiences/${id}`)).toMatchObject({ status: 404 });
  });

  test('whoever is let in may see that the connection works', async () => {
    const { httpMethod, url } = template.validate;
    expect(await audienceDoor().call(httpMethod, render(url, macros('', '')))).toMatchObject({
      status: 200,
      json: { id: 'anybody' },
    });
  });
});

describe('calls that come again, or out of order', () => {
  test('the same audience gets the same id, and nothing changes', async () => {
    const door = audienceDoor();
    const first = await door.call('POST', '/v1/audiences', VIP);
    door.clock.advance(60_000);
    expect((await door.call('POST', '/v1/audiences', VIP)).json).toEqual(first.json);
    expect((await door.call('GET', '/v1/audiences')).json['audiences']).toEqual([first.json]);
  });

  test('a new name is a change and keeps when it was first seen', async () => {
    const door = audienceDoor();
    const first = (await door.call('POST', '/v1/audiences', VIP)).json;
    door.clock.advance(60_000);
    const second = (await door.call('PUT', `/v1/audiences/${first['id']}`, { name: 'Gold' })).json;
    const formerly = [first['name']];
    expect(second).toEqual({ ...first, name: 'Gold', formerly, updated: expect.any(String) });
    expect(second['updated']).not.toBe(first['updated']);
  });

  test('an update of what is not known makes it, a removal of it succeeds, a notice of it too', async () => {
    const door = audienceDoor();
    expect(await door.call('DELETE', '/v1/audiences/old-1')).toMatchObject({
      status: 200,
      json: { id: 'old-1' },
    });
    expect(await door.call('PUT', '/v1/audiences/old-1/notify', {})).toMatchObject({ status: 200 });
    expect(await door.call('GET', '/v1/audiences/old-1')).toMatchObject({ status: 404 });
    expect(await door.call('PUT', '/v1/audiences/old-1', VIP)).toMatchObject({
      status: 200,
      json: { id: 'old-1' },
    });
  });
});

test.each([
  [
    'in a list',
    'POST',
    '/v1/audiences',
    { segments: [{ name: 'VIP', description: 'gold', source_type: 'X' }] },
  ],
  ['as a type of another system', 'POST', '/v1/audiences', { name: 'VIP', type: 'USER', destinations: [] }],
  ['as a patch', 'POST', '/v1/audiences/alias-1', { patch: { $set: { name: 'VIP' } } }],
  ['in the query', 'POST', '/v1/audiences?name=VIP&subtype=CUSTOM', undefined],
])('templates of Adobe’s pages that have the name %s are understood', async (_, method, url, body) => {
  expect(await audienceDoor().call(method, url, body)).toMatchObject({ status: 200, json: { name: 'VIP' } });
});

test('the list comes in pages, every audience once', async () => {
  const door = audienceDoor();
  for (let i = 0; i < 25; i++) await door.call('POST', '/v1/audiences', { ...VIP, external_id: `a-${i}` });
  const seen: string[] = [];
  let pages = 0;
  for (let after: string | null = ''; after !== null; pages++) {
    const { json } = await door.call('GET', `/v1/audiences?limit=10&after=${after}`);
    const page = AudienceList.parse(json);
    seen.push(...page.audiences.map(({ audience }) => audience ?? ''));
    after = page.next;
  }
  expect(pages).toBe(3);
  expect(seen.sort()).toEqual(Array.from({ length: 25 }, (_, i) => `a-${i}`).sort());
});

test.each([
  ['POST', '/v1/audiences', '{"name":', 'not a JSON object'],
  ['POST', '/v1/audiences', [], 'not a JSON object'],
  ['POST', '/v1/audiences', { name: { first: 'VIP' } }, 'must be texts'],
  ['POST', '/v1/audiences', { external_id: 'a' }, 'needs the name'],
  ['POST', '/v1/audiences', { name: ' \n' }, 'needs the name'],
  ['PUT', '/v1/audiences/unknown', { description: 'x' }, 'needs the name'],
  ['PUT', '/v1/audiences/a%2Fb', VIP, 'knows no such audience'],
  ['GET', '/v1/audiences?limit=0', undefined, 'limit takes'],
  ['POST', '/v1/audiences', { name: 'x'.repeat(501) }, 'name has 501 characters'],
  ['POST', '/v1/audiences', { name: 'VIP', external_id: 'x'.repeat(501) }, 'external_id has 501 characters'],
  ['PUT', '/v1/audiences/a-1', { name: 'VIP', metadata: { sandbox: 'x'.repeat(501) } }, 'sandbox has 501'],
  ['POST', '/v1/audiences', { name: '{{segment.name}}' }, 'has not filled in {{segment.name}}'],
  ['POST', '/v1/audiences', { name: 'VIP', external_id: '{{segment.id}}' }, 'not filled in {{segment.id}}'],
  ['PUT', '/v1/audiences/%7B%7Bsegment.alias%7D%7D', VIP, 'not filled in {{segment.alias}}'],
  ['DELETE', '/v1/audiences/%7B%7Bsegment.alias%7D%7D', undefined, 'not filled in {{segment.alias}}'],
  ['POST', '/v1/audiences/notify', VIP, 'lacks the id'],
  ['PUT', '/v1/audiences/notify', VIP, 'lacks the id'],
  ['PUT', '/v1/audiences/validate', VIP, 'lacks the id'],
  ['PUT', '/v1/audiences/validate/notify', VIP, 'lacks the id'],
  ['PUT', '/v1/audiences/__proto__', VIP, 'knows no such audience'],
  ['PUT', '/v1/audiences/constructor/notify', VIP, 'knows no such audience'],
  ['POST', '/v1/audiences/validate', {}, 'needs the name'],
  ['POST', '/v1/audiences/validate', { name: '{{segment.name}}' }, 'not filled in'],
])('%s %s %j is refused with a text for the person in Adobe’s UI', async (method, url, body, text) => {
  const { status, json } = await audienceDoor().call(method, url, body);
  expect({ status, ...json }).toMatchObject({
    status: 400,
    error: 'door.audience',
    message: expect.stringContaining(text),
    requestId: 'request-1',
  });
});

test('a body that is longer than any audience is 413, and nothing is registered', async () => {
  const door = audienceDoor();
  const sent = { ...VIP, description: 'x'.repeat(70_000) };
  for (const [method, url] of [
    ['POST', '/v1/audiences'],
    ['PUT', '/v1/audiences/a-1'],
    ['POST', '/v1/audiences/validate'],
    ['PUT', '/v1/audiences/a-1/notify'],
  ] as const) {
    const { status, json } = await door.call(method, url, sent);
    expect({ status, ...json }).toMatchObject({
      status: 413,
      error: 'door.audience',
      message: expect.stringContaining('at most 65536 bytes'),
    });
  }
  expect((await door.call('GET', '/v1/audiences')).json['audiences']).toEqual([]);
});

test('a description is shown and nothing else: of a long one the beginning is kept', async () => {
  const { status, json } = await audienceDoor().call('POST', '/v1/audiences', {
    ...VIP,
    description: 'x'.repeat(5_000),
  });
  expect({ status, description: json['description'] }).toEqual({ status: 200, description: 'x'.repeat(500) });
});

test('what an older version registered under an id that none can have can be removed', async () => {
  expect(await audienceDoor().call('DELETE', '/v1/audiences/notify')).toMatchObject({ status: 200 });
});

test('a test call with an audience in it is answered like one with none', async () => {
  expect(await audienceDoor().call('POST', '/v1/audiences/validate', VIP)).toMatchObject({
    status: 200,
    json: { id: 'anybody' },
  });
});

test('a page with its share of 4,000 audiences, each as long as it may be, fits an item of a store', async () => {
  const store = memoryStore();
  const door = audienceDoor(store);
  let seed = 1;
  /** Text that cannot be packed well. */
  const long = (): string =>
    Array.from({ length: 500 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCharCode(48 + (seed % 64));
    }).join('');
  // The fullest of the 16 pages; ids are spread by a hash.
  const share = Math.ceil((4_000 / 16) * 1.2);
  const pageOf = (id: string) => (createHash('sha256').update(id).digest()[0] ?? 0) % 16;
  const ids = Array.from({ length: share * 20 }, (_, i) => `a-${i}`).filter((id) => pageOf(id) === 0);
  expect(ids.length).toBeGreaterThanOrEqual(share);
  for (const id of ids.slice(0, share))
    await door.call('PUT', `/v1/audiences/${id}`, { name: long(), description: long(), external_id: id });
  const page = (await store.read([':audiences/0'])).get(':audiences/0');
  if (!page?.ok) throw new Error('there is no page');
  expect(encodeState(page.value.state).length).toBeLessThan(400_000);
});

test('a store that has no room is told as that: waiting would not help', async () => {
  const full = {
    ...memoryStore(),
    write: async () => [
      { ok: false, reason: 'refused', fault: new Fault('store.too-large', 'table secret-42') } as const,
    ],
  };
  const { status, json, body } = await audienceDoor(full).call('POST', '/v1/audiences', VIP);
  expect({ status, json }).toMatchObject({ status: 400, json: { error: 'store.too-large' } });
  expect(body).toContain('no room');
  expect(body).not.toContain('secret-42');
});

test('a call about several audiences is refused: one id could not stand for both', async () => {
  const { call } = audienceDoor();
  const { status, json } = await call('POST', '/v1/audiences', { segments: [{ name: 'A' }, { name: 'B' }] });
  expect([status, json['error']]).toEqual([400, 'door.audience']);
  expect((await call('GET', '/v1/audiences')).json['audiences']).toEqual([]);
});

test('a store that does not answer is 503 with words that help, and none of its own', async () => {
  const down = {
    ...memoryStore(),
    read: () => Promise.reject(new Fault('store.unavailable', 'table secret-42')),
  };
  const { call, lines } = audienceDoor(down);
  const { status, json, body } = await call('POST', '/v1/audiences', VIP);
  expect({ status, json }).toMatchObject({ status: 503, json: { error: 'store.unavailable' } });
  expect(body).toContain('try again');
  expect(body).not.toContain('secret-42');
  expect(lines.join()).toContain('table secret-42');
});

test('whatever is sent, the answer is one of five and says why; names come back as they were, on one line', async () => {
  const door = audienceDoor();
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'x'.repeat(5_000)));
  const body = fc.oneof(
    fc.json(),
    text,
    fc.record({ name: text, external_id: fc.anything(), metadata: fc.anything() }).map((value) => {
      try {
        return JSON.stringify(value);
      } catch {
        return '';
      }
    }),
  );
  const id = fc.oneof(
    fc.constantFrom('', '/validate', '/a/notify'),
    text.map((one) => `/${encodeURIComponent(one)}`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      id,
      body,
      async (method, below, sent) => {
        const { status, json } = await door.call(method, `/v1/audiences${below}`, sent);
        expect([200, 400, 404, 405]).toContain(status);
        if (status !== 200) expect(json['message']).toEqual(expect.any(String));
        else if (typeof json['name'] === 'string') expect(json['name']).not.toMatch(/[\p{Cc}]|^$/u);
      },
    ),
    { numRuns: 2_000 },
  );
});
