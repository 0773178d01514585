import * as z from 'zod';
import type { ConnectorSubject, Said } from '../../contracts/connector-subject.js';
import { configAt, contact, openRelay, SECRETS } from './targets.js';

const Event = z.object({ data: z.object({ key: z.object({ AEP_Id__c: z.string() }) }) });
const keyOf = (event: unknown): string => Event.parse(event).data.key.AEP_Id__c;

const refusal: Said = {
  status: 400,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code: 'BadRequest', message: 'the event is malformed' } }),
};

const subject = (
  type: 'service-bus' | 'event-grid',
  secret: string,
  success: number,
  eventsOf: (body: string) => readonly unknown[],
): ConnectorSubject => ({
  name: `${type}, a message a request`,
  open: (base, { timeoutMs, fetch }) =>
    openRelay({ ...configAt[type](base), batch: 1, timeoutMs }, fetch === undefined ? {} : { fetch }),
  action: (key) => contact(key),
  secrets: [secret],
  loggingIn: () => undefined,
  keysOf: (body) => eventsOf(body).map(keyOf),
  judge: (keys, refused) =>
    keys.some((key) => refused.has(key)) ? refusal : { status: success, headers: {}, body: '' },
  statusIsAnswer: true,
  requestIdHeader: 'x-ms-request-id',
});

const Batch = z.array(z.object({ Body: z.string() }));

/** The two targets that take a request whole or not at all, a message at a time so that each has an answer of its own. */
export const relaySubjects: readonly ConnectorSubject[] = [
  subject('service-bus', SECRETS.policy, 201, (body) =>
    Batch.parse(JSON.parse(body)).map(({ Body }): unknown => JSON.parse(Body)),
  ),
  subject('event-grid', SECRETS.topic, 200, (body) => z.array(z.unknown()).parse(JSON.parse(body))),
];
