import { createSasTokenProvider } from '@azure/core-amqp';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ENVELOPE_BYTES, toMessage } from '../../../shared/connectors/relay/message.js';
import { sharedAccessSignature } from '../../../shared/connectors/relay/sas.js';
import { OPERATIONS } from '../../../shared/core/remote.js';
import { fakeFetch, never, secretsOf, T0 } from '../fakes.js';
import { configAt, contact, openRelay, SECRETS } from './targets.js';

const of = (action: ReturnType<typeof contact>) => toMessage(action, undefined, T0);

const actions = fc
  .record({
    connection: fc.string({ minLength: 1, maxLength: 60 }),
    operation: fc.constantFrom(...OPERATIONS),
    object: fc.string({ minLength: 1, maxLength: 60 }),
    fields: fc.dictionary(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    ),
    list: fc.string(),
  })
  .map((more) => contact('p1', more));

describe('a message', () => {
  test('is a CloudEvent', () => {
    expect(JSON.parse(of(contact('p1', { operation: 'add', list: '123' })).text)).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[\w.]{10,64}$/),
      source: 'tributary/crm',
      type: 'tributary.add',
      subject: 'Contact',
      time: '2026-11-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data: {
        operation: 'add',
        object: 'Contact',
        key: { AEP_Id__c: 'p1' },
        fields: { LastName: 'Lovelace' },
        list: '123',
      },
    });
  });

  test('is the same to the byte in a repetition, whenever that is', () => {
    expect(toMessage(contact('p1'), undefined, T0 + 60_000)).toEqual(of(contact('p1')));
  });

  test('has the id of its send', () => {
    const send = contact('p1', { operation: 'send', key: {}, idempotencyKey: 'once.1' });
    expect(of(send).id).toBe('once.1');
  });

  test('has another id when the same values are wanted again later, or anything else differs', () => {
    const others = [
      contact('p1'),
      contact('p1', { asOf: T0 }),
      contact('p2'),
      contact('p1', { operation: 'update' }),
      contact('p1', { fields: { LastName: 'Byron' } }),
      contact('p1', { object: 'Lead' }),
    ];
    expect(new Set(others.map((action) => of(action).id)).size).toBe(others.length);
  });

  test('shares its key with all messages about its row, and with no other; the key says nothing of the row', () => {
    const { key } = of(contact('ada@example.com'));
    expect(of(contact('ada@example.com', { operation: 'delete', fields: {}, asOf: T0 })).key).toBe(key);
    expect(of(contact('bob@example.com')).key).not.toBe(key);
    expect(of(contact('ada@example.com', { object: 'Lead' })).key).not.toBe(key);
    expect(key).toMatch(/^[a-z0-9.]{1,26}$/);
  });

  test('is not larger than its action by more than the limits leave room for', () => {
    fc.assert(
      fc.property(actions, (action) => {
        expect(of(action).bytes).toBeLessThanOrEqual(
          Buffer.byteLength(JSON.stringify(action)) + ENVELOPE_BYTES,
        );
      }),
    );
  });

  test('takes its source from the config', () => {
    expect(toMessage(contact('p1'), '/crm/decisions', T0).source).toBe('/crm/decisions');
    expect(of(contact('p1', { connection: 'a b' })).source).toBe('tributary/a%20b');
  });
});

describe('a request', () => {
  test('of Service Bus has an id, a label and, where asked for, the session of the row', async () => {
    const { fetch, asked } = fakeFetch(() => new Response(null, { status: 201 }));
    const config = {
      ...configAt['service-bus']('http://127.0.0.1:9'),
      entity: 'crm/decisions',
      sessions: true,
    };
    await openRelay(config, { fetch }).send([contact('p1')], never());
    const message = of(contact('p1'));
    expect(asked[0]?.url).toBe('http://127.0.0.1:9/crm/decisions/messages');
    expect(asked[0]?.headers.get('content-type')).toBe('application/vnd.microsoft.servicebus.json');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual([
      {
        Body: message.text,
        BrokerProperties: {
          MessageId: message.id,
          Label: 'tributary.upsert',
          ContentType: 'application/cloudevents+json; charset=utf-8',
          SessionId: message.key,
        },
        UserProperties: { type: 'tributary.upsert' },
      },
    ]);
  });

  test('of Event Grid is a batch of CloudEvents, with the key in its header', async () => {
    const { fetch, asked } = fakeFetch(() => new Response(null, { status: 200 }));
    await openRelay(configAt['event-grid']('http://127.0.0.1:9'), { fetch }).send(
      [contact('p1'), contact('p2')],
      never(),
    );
    const [first] = asked;
    expect(first?.url).toBe('http://127.0.0.1:9/api/events?api-version=2018-01-01');
    expect(first?.headers.get('aeg-sas-key')).toBe(SECRETS.topic);
    expect(first?.headers.get('content-type')).toBe('application/cloudevents-batch+json; charset=utf-8');
    expect(JSON.parse(first?.body ?? '')).toEqual(
      [contact('p1'), contact('p2')].map((action): unknown => JSON.parse(of(action).text)),
    );
  });

  test('a signature of Event Grid goes into a header of its own', async () => {
    const { fetch, asked } = fakeFetch(() => new Response(null, { status: 200 }));
    const config = { ...configAt['event-grid']('http://127.0.0.1:9'), auth: { signature: 'secret:topic' } };
    await openRelay(config, { fetch }).send([contact('p1')], never());
    expect(asked[0]?.headers.get('aeg-sas-token')).toBe(SECRETS.topic);
    expect(asked[0]?.headers.has('aeg-sas-key')).toBe(false);
  });

  test('that is larger than the target takes is never made; the others are', async () => {
    const { fetch, asked } = fakeFetch(() => new Response(null, { status: 201 }));
    const relay = openRelay(configAt['service-bus']('http://127.0.0.1:9'), { fetch });
    const huge = contact('p2', { fields: { Note: 'x'.repeat(140_000) } });
    expect(await relay.send([contact('p1'), huge, contact('p3')], never())).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'message.too-large' },
      { kind: 'accepted' },
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toHaveLength(2);
  });

  test.each(['kinesis', 'event-bridge'] as const)(
    '%s: no region anywhere is a fault, not a crash',
    async (type) => {
      for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
      vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
      const { region: _, ...config } = configAt[type]('http://127.0.0.1:9');
      expect(await openRelay(config).send([contact('p1')], never())).toMatchObject([
        {
          kind: 'retry',
          scope: 'connection',
          fault: { code: 'config.invalid', message: expect.stringContaining('AWS_REGION') },
        },
      ]);
      vi.unstubAllEnvs();
    },
  );

  test('is not made without its secret: nothing was sent, and the fault names the secret', async () => {
    const { fetch, asked } = fakeFetch(() => new Response(null, { status: 201 }));
    const hub = { type: 'event-hubs', hub: 'decisions', connection: 'secret:hub' };
    const all = [...Object.values(configAt).map((at) => at('http://127.0.0.1:9')), hub];
    for (const config of all) {
      const relay = openRelay(config, { fetch, secrets: secretsOf({}) });
      expect(await relay.send([contact('p1')], never())).toMatchObject([
        { kind: 'retry', scope: 'connection', fault: { code: 'config.missing-secret' } },
      ]);
    }
    expect(asked).toEqual([]);
  });

  test.each(['kinesis', 'event-bridge', 'sns'] as const)(
    '%s: a secret that is no access key is not quoted',
    async (type) => {
      const secrets = secretsOf({ aws: '{"accessKeyId":"TOPSECRET"' });
      const [outcome] = await openRelay(configAt[type]('http://127.0.0.1:9'), { secrets }).send(
        [contact('p1')],
        never(),
      );
      expect(outcome).toMatchObject({ kind: 'retry', fault: { code: 'config.invalid' } });
      expect(outcome?.kind === 'retry' && `${outcome.fault.message} ${outcome.fault.cause}`).not.toContain(
        'TOPSECRET',
      );
    },
  );
});

test('signatures are those that the Azure SDK makes of the same policy', async () => {
  const [policy, key, resource] = [
    'tributary send',
    SECRETS.policy,
    'https://acme.servicebus.windows.net/decisions',
  ];
  const { token } = await createSasTokenProvider({
    sharedAccessKeyName: policy,
    sharedAccessKey: key,
  }).getToken(resource);
  const until = Number(/se=(\d+)/.exec(token)?.[1]);
  const parts = (text: string) => [...new URLSearchParams(text.replace('SharedAccessSignature ', ''))].sort();
  expect(parts(sharedAccessSignature({ resource, policy, key, until }))).toEqual(parts(token));
});
