import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { insightsSink } from '../../shared/traces/app-insights.js';
import { xraySink } from '../../shared/traces/xray.js';
import { closing, KEY, open, receiver, SEND, SPANS } from './receiving.js';
import { spanOf } from './recorded.js';

const Id = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const Attributes = z.array(
  z.strictObject({
    key: z.string().min(1),
    value: z.union([z.strictObject({ stringValue: z.string() }), z.strictObject({ intValue: z.int() })]),
  }),
);
const Nanos = z.string().regex(/^\d{19}$/);
/** opentelemetry-proto, trace/v1/trace.proto, as "JSON Protobuf Encoding" of the OTLP specification writes it. */
const ExportTraceServiceRequest = z.strictObject({
  resourceSpans: z.tuple([
    z.strictObject({
      resource: z.strictObject({ attributes: Attributes }),
      scopeSpans: z.tuple([
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          spans: z.array(
            z.strictObject({
              traceId: Id(32),
              spanId: Id(16),
              parentSpanId: Id(16).optional(),
              name: z.string().min(1),
              kind: z.int().min(1).max(5),
              startTimeUnixNano: Nanos,
              endTimeUnixNano: Nanos,
              attributes: Attributes,
              status: z.strictObject({ code: z.int().min(0).max(2) }),
            }),
          ),
        }),
      ]),
    }),
  ]),
});

test('OTLP: a request that the specification allows, at its address, with the headers of the setting', async () => {
  const { got, url } = await receiver();
  expect(
    await open(`otlp:${url}/`, {}, 'authorization=Bearer%20s3cret, x-scope = acme').send(SPANS),
  ).toBeUndefined();
  const [request] = got;
  expect(request?.path).toBe('/v1/traces');
  expect(request?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-scope': 'acme' });
  const [{ scopeSpans }] = ExportTraceServiceRequest.parse(request?.body).resourceSpans;
  const { spans } = scopeSpans[0];
  expect(spans.map(({ name, kind, status }) => [name, kind, status.code])).toEqual([
    ['batch', 5, 0],
    ['send sales', 3, 0],
    ['send sales', 3, 2],
  ]);
  expect(spans[0]?.startTimeUnixNano).toBe('1790000000000000000');
  expect(spans[0]?.endTimeUnixNano).toBe('1790000001234000000');
  expect(spans[1]?.attributes).toContainEqual({
    key: 'tributary.request_id',
    value: { stringValue: 'crm-1' },
  });
  expect(spans[0]?.attributes).toContainEqual({ key: 'tributary.ended.held', value: { intValue: 1 } });
});

/** Fields of subsegments and segments in the developer guide of X-Ray, "segment documents". */
const Segment = z.strictObject({
  name: z.string().regex(/^[\p{L}\p{N}\s_.:/%&#=+\\\-@]{1,200}$/u),
  id: Id(16),
  trace_id: z.string().regex(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
  start_time: z.number(),
  end_time: z.number(),
  parent_id: Id(16).optional(),
  type: z.literal('subsegment').optional(),
  namespace: z.enum(['aws', 'remote']).optional(),
  error: z.boolean().optional(),
  throttle: z.boolean().optional(),
  fault: z.boolean().optional(),
  annotations: z.record(z.string().regex(/^[A-Za-z0-9_]+$/), z.union([z.string(), z.number(), z.boolean()])),
  metadata: z.record(z.string(), z.unknown()),
});

test.each([
  [{}, 'tributary'],
  [{ AWS_LAMBDA_FUNCTION_NAME: 'tributary-prod-consumer' }, 'tributary-prod-consumer'],
  [{ WEBSITE_SITE_NAME: 'acme', OTEL_SERVICE_NAME: 'tributary-prod' }, 'tributary-prod'],
])('OTLP: one deployment is told from another: %o', async (env, service) => {
  const { got, url } = await receiver();
  await open(`otlp:${url}`, env).send(SPANS);
  const [{ resource }] = ExportTraceServiceRequest.parse(got[0]?.body).resourceSpans;
  expect(resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: service } }]);
});

test('X-Ray: each span is a datagram to the daemon, a document within its guide', async () => {
  const daemon = createSocket('udp4');
  closing.push(() => daemon.close());
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const got: string[] = [];
  const all = new Promise<void>((resolve) =>
    daemon.on('message', (text) => {
      got.push(String(text));
      if (got.length === SPANS.length) resolve();
    }),
  );
  const { port } = daemon.address();
  const odd = spanOf({ ...SEND, facts: { connection: 'sales <script>', requestId: 'x' } });
  const sink = open('xray', { AWS_XRAY_DAEMON_ADDRESS: `tcp:127.0.0.1:1 udp:127.0.0.1:${port}` });
  expect(await sink.send([...SPANS.slice(0, 2), odd])).toBeUndefined();
  await all;
  const documents = got.map((text) => {
    const [head = '', body = ''] = text.split('\n');
    expect(JSON.parse(head)).toEqual({ format: 'json', version: 1 });
    return Segment.parse(JSON.parse(body));
  });
  const batch = documents.find(({ type }) => type === undefined);
  expect(batch).toMatchObject({
    name: 'tributary',
    trace_id: '1-5759e988-bd862e3fe1be46a994272793',
    start_time: 1_790_000_000,
    end_time: 1_790_000_001.234,
    annotations: { batch: 'run-1' },
    metadata: { tributary: { span: 'batch', records: 3, ended_delivered: 2 } },
  });
  const send = documents.find(({ name }) => name === 'sales');
  expect(send).toMatchObject({ type: 'subsegment', parent_id: batch?.id, namespace: 'remote' });
  expect(send?.annotations).toMatchObject({ connection: 'sales', object: 'Contact', request_id: 'crm-1' });
});

test('X-Ray: of a batch of very many requests none is lost on the way to a daemon that is busy now and then', async () => {
  const daemon = createSocket('udp4');
  closing.push(() => daemon.close());
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  let got = 0;
  const all = new Promise<void>((resolve) => daemon.on('message', () => ++got === 500 && resolve()));
  const sink = xraySink({ host: '127.0.0.1', port: daemon.address().port });
  expect(await sink.send(Array.from({ length: 500 }, () => spanOf(SEND)))).toBeUndefined();
  await all;
});

test('X-Ray: a socket that cannot be had is a reason, and ends no process', async () => {
  const open = () => {
    const socket = createSocket('udp4');
    socket.send = () => void socket.emit('error', Object.assign(new Error('no more'), { code: 'EMFILE' }));
    return socket;
  };
  expect(await xraySink({ host: '127.0.0.1', port: 9 }, open).send(SPANS)).toBe('EMFILE');
});

const Envelope = z.strictObject({
  name: z.string().regex(/^Microsoft\.ApplicationInsights\.[0-9a-f]+\.RemoteDependency$/),
  time: z.iso.datetime(),
  iKey: z.guid(),
  sampleRate: z.number().positive().max(100).optional(),
  tags: z.record(z.string().startsWith('ai.'), z.string()),
  data: z.strictObject({
    baseType: z.literal('RemoteDependencyData'),
    baseData: z.strictObject({
      ver: z.literal(2),
      name: z.string().max(1024),
      id: z.string().max(128),
      resultCode: z.string(),
      duration: z.string().regex(/^(\d+\.)?\d{2}:\d{2}:\d{2}\.\d{3,7}$/),
      success: z.boolean(),
      type: z.string(),
      target: z.string().optional(),
      properties: z.record(z.string().max(150), z.string().max(8192)),
    }),
  }),
});

test('Application Insights: dependencies below the request of the host, to the endpoint of the connection string', async () => {
  const { got, url } = await receiver();
  const env = {
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${KEY};IngestionEndpoint=${url}/;LiveEndpoint=https://x.example.com`,
    WEBSITE_SITE_NAME: 'acme-tributary',
  };
  const long = spanOf({ ...SEND, end: 1_790_000_000_000 + 90_061_007 });
  expect(await open('app-insights', env).send([...SPANS, long])).toBeUndefined();
  expect(got[0]?.path).toBe('/v2.1/track');
  const envelopes = z.array(Envelope).parse(got[0]?.body);
  expect(envelopes[1]).toMatchObject({
    iKey: KEY,
    tags: {
      'ai.operation.id': '5759e988bd862e3fe1be46a994272793',
      'ai.operation.parentId': '53995c3f42cd8ad8',
      'ai.cloud.role': 'acme-tributary',
    },
    data: { baseData: { name: 'send sales', target: 'sales', duration: '00:00:01.234', success: true } },
  });
  expect(envelopes[2]?.data.baseData).toMatchObject({ success: false, resultCode: 'remote.throttled' });
  expect(envelopes[3]?.data.baseData.duration).toBe('1.01:01:01.007');
});

test('Application Insights: of a share of the batches it is told how many each stands for', async () => {
  const { got, url } = await receiver();
  const insights = { key: KEY, endpoint: url, role: 'r' };
  await insightsSink({ ...insights, share: 0.05 }, fetch).send(SPANS.slice(0, 1));
  await insightsSink({ ...insights, share: 1 }, fetch).send(SPANS.slice(0, 1));
  const rates = got.map(({ body }) => z.array(Envelope).parse(body)[0]?.sampleRate);
  expect(rates).toEqual([5, undefined]);
});
