import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { play, type Said } from '../../contracts/connector-subject.js';
import { type FaultServer, type Play, type Received, reset, startFaultServer } from '../fault-server.js';
import { SECRETS } from './targets.js';

/** A target as its documentation describes it: what it makes of a request, and what it says when it has had enough. */
interface Manners {
  /** The texts in a request that it takes, or its refusal of the request. */
  read(request: Received): readonly string[] | Said;
  taken(texts: readonly string[]): Said;
  readonly busy: Said;
}

/** A bus, and the texts it took in, in order. */
export interface Bus extends FaultServer {
  readonly texts: readonly string[];
}

const json = (status: number, value: unknown): Said => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const empty = (status: number, headers: Said['headers'] = {}): Said => ({ status, headers, body: '' });
const refusal = (message: string): Said => json(400, { __type: 'ValidationException', message });

const Events = z.object({
  Entries: z.array(
    z.strictObject({
      EventBusName: z.literal('decisions'),
      Source: z.string().min(1),
      DetailType: z.string().min(1),
      Time: z.number(),
      Detail: z.string(),
    }),
  ),
});

const eventBridge: Manners = {
  read({ headers, body }) {
    if (headers['x-amz-target'] !== 'AWSEvents.PutEvents') return refusal('unknown operation');
    if (!headers['authorization']?.includes('Credential=AKIDEXAMPLE/'))
      return json(400, { __type: 'AccessDeniedException' });
    const { Entries } = Events.parse(JSON.parse(body));
    if (Entries.length > 10 || Buffer.byteLength(body) > 262_144) return refusal('too many entries');
    return Entries.map(({ Detail }) => Detail);
  },
  taken: (texts) => json(200, { FailedEntryCount: 0, Entries: texts.map((_, i) => ({ EventId: `e-${i}` })) }),
  busy: json(400, { __type: 'ThrottlingException', message: 'Rate exceeded' }),
};

const Batch = z.array(
  z.object({
    Body: z.string(),
    BrokerProperties: z.object({ MessageId: z.string().max(128), SessionId: z.string().max(128) }),
  }),
);

/** Whether a signature was made by the policy's key, for this address, and is still good at the instant of all tests. */
function isSigned(header: string): boolean {
  const parts = new URLSearchParams(header.replace(/^SharedAccessSignature /, ''));
  const address = encodeURIComponent(parts.get('sr') ?? '');
  const made = createHmac('sha256', SECRETS.policy)
    .update(`${address}\n${parts.get('se')}`)
    .digest('base64');
  return parts.get('sig') === made && parts.get('skn') === 'tributary' && address.endsWith('%2Fdecisions');
}

const serviceBus: Manners = {
  read({ headers, body, path }) {
    if (path !== '/decisions/messages') return empty(404);
    if (!isSigned(headers['authorization'] ?? '')) return empty(401);
    return Batch.parse(JSON.parse(body)).map(({ Body }) => Body);
  },
  taken: () => empty(201),
  busy: empty(503, { 'retry-after': '1' }),
};

const Cloud = z.array(
  z.looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    time: z.iso.datetime(),
  }),
);

const eventGrid: Manners = {
  read({ headers, body }) {
    if (headers['aeg-sas-key'] !== SECRETS.topic) return empty(401);
    if (!headers['content-type']?.startsWith('application/cloudevents-batch+json')) return empty(415);
    return Cloud.parse(JSON.parse(body)).map((event) => JSON.stringify(event));
  },
  taken: () => empty(200),
  busy: empty(429, { 'retry-after': '1' }),
};

const MANNERS = { 'event-bridge': eventBridge, 'service-bus': serviceBus, 'event-grid': eventGrid };

/** The kinds of bus there are here. */
export const BUSES: readonly (keyof typeof MANNERS)[] = ['event-bridge', 'service-bus', 'event-grid'];

/**
 * Starts a bus. With `troubled` its second request is answered "busy", and of the others every fourth is taken in without a
 * word: the connection breaks.
 */
export async function startBus(kind: keyof typeof MANNERS, troubled: boolean): Promise<Bus> {
  const { read, taken, busy } = MANNERS[kind];
  const texts: string[] = [];
  const server = await startFaultServer((request, index): Play => {
    if (troubled && index === 1) return play(busy);
    const found = read(request);
    if ('status' in found) return play(found);
    texts.push(...found);
    return troubled && index % 4 === 3 ? reset : play(taken(found));
  });
  return { ...server, texts };
}
