import * as z from 'zod';
import type { Action, Connector, Operation, Outcome } from '../../core/remote.js';
import { SecretRef } from '../auth/secret.js';
import { authorised, type Token, type Tokens } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { isLoopback } from '../wire/endpoint.js';
import { fromFailure } from '../wire/outcome.js';
import { attempt, type Failure, type Reply } from '../wire/transport.js';
import { fromReply } from './answer.js';
import { loginAdvice, salesforceTokens } from './login.js';
import { type Row, toRow } from './row.js';

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
const LOGIN_HOST = /^(?:login|test)\.salesforce\.com$/i;

const isLocalUrl = (text: string): boolean =>
  text.startsWith('http://') && URL.canParse(text) && isLoopback(new URL(text));

const Domain = z
  .string()
  .refine((text) => HOST.test(text) || isLocalUrl(text), {
    error:
      'must be the bare My Domain host, e.g. "acme.my.salesforce.com" (http:// is for this machine only)',
    abort: true,
  })
  // They answer 400 "request not supported on this domain" to the client credentials flow.
  .refine((text) => !LOGIN_HOST.test(text), {
    error:
      'must be the My Domain host: login.salesforce.com and test.salesforce.com refuse client credentials',
  });

const ApiVersion = z
  .string()
  .regex(/^v\d{2,3}\.0$/, { error: 'must look like "v66.0"', abort: true })
  .refine((text) => Number.parseInt(text.slice(1), 10) >= 46, {
    error: 'must be v46.0 or newer: older versions cannot upsert collections',
  });

/** A Salesforce org. The text of the secret is JSON: `{"clientId":"…","clientSecret":"…"}`. */
export const SalesforceConfig = z.strictObject({
  type: z.literal('salesforce'),
  domain: Domain.describe('My Domain host of the org, e.g. acme.my.salesforce.com'),
  apiVersion: ApiVersion.default('v66.0').describe('REST API version, v46.0 or newer'),
  auth: z.strictObject({ clientCredentials: z.strictObject({ secret: SecretRef }) }),
  timeoutMs: z.int().min(1).max(30_000).default(30_000).describe('Longest wait for one answer, milliseconds'),
});
export type SalesforceConfig = z.infer<typeof SalesforceConfig>;

/** What these connections can do. */
export const SALESFORCE_OPERATIONS: readonly Operation[] = ['upsert'];

/** Most records of one sObject Collections request (REST API, "sObject Collections"). */
const MAX_ROWS = 200;
/** Longest wait for a token, milliseconds: it may be asked for twice within one send. */
const LOGIN_MS = 10_000;

/** One open connection. */
interface Org {
  readonly name: string;
  readonly config: SalesforceConfig;
  readonly deps: ConnectorDeps;
  readonly base: string;
  readonly tokens: Tokens;
}

/** Rows of one request: all of one sObject and addressed by one external id field, both part of the path. */
interface Batch {
  readonly object: string;
  readonly keyField: string;
  readonly rows: readonly Row[];
}

function patch(org: Org, batch: Batch, token: Token, signal: AbortSignal): Promise<Reply | Failure> {
  const { apiVersion, timeoutMs } = org.config;
  const path = [apiVersion, 'composite', 'sobjects', batch.object, batch.keyField].map(encodeURIComponent);
  const url = new URL(`/services/data/${path.join('/')}`, token.instanceUrl ?? org.base).href;
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token.accessToken}`,
    'content-type': 'application/json',
  };
  // With allOrNone:true one bad row would roll back the innocent ones.
  const body = JSON.stringify({ allOrNone: false, records: batch.rows.map(({ record }) => record) });
  const wire = { fetch: org.deps.fetch ?? globalThis.fetch, timeoutMs, signal };
  return attempt({ method: 'PATCH', url, headers, body }, wire);
}

async function upsert(org: Org, batch: Batch, signal: AbortSignal): Promise<readonly Outcome[]> {
  const count = batch.rows.length;
  const used: string[] = [];
  const reply = await authorised(org.tokens, signal, (token) => {
    used.push(token.accessToken);
    return patch(org, batch, token, signal);
  });
  if (reply.kind === 'denied') return Array.from({ length: count }, () => reply.outcome);
  if (reply.kind === 'failure') return Array.from({ length: count }, () => fromFailure(org.name, reply));
  const context = {
    connection: org.name,
    now: org.deps.clock.now(),
    random: org.deps.random ?? Math.random,
    secrets: used,
    advice: loginAdvice(org.config.auth.clientCredentials.secret),
  };
  return fromReply(context, reply, count);
}

function batches(object: string, rows: readonly Row[]): readonly Batch[] {
  const keyFields = new Set(rows.map(({ keyField }) => keyField));
  return [...keyFields].map((keyField) => ({
    object,
    keyField,
    rows: rows.filter((row) => row.keyField === keyField),
  }));
}

function objectOf(name: string, actions: readonly Action[]): string | undefined {
  if (actions.length > MAX_ROWS)
    throw new RangeError(`"${name}" takes ${MAX_ROWS} actions at most, not ${actions.length}.`);
  const objects = new Set(actions.map(({ object }) => object));
  if (objects.size > 1) throw new TypeError(`"${name}" takes actions on one object at a time.`);
  return [...objects][0];
}

async function send(org: Org, actions: readonly Action[], signal: AbortSignal): Promise<readonly Outcome[]> {
  const object = objectOf(org.name, actions);
  if (object === undefined) return [];
  const prepared = actions.map(toRow);
  const answers = new Map<number, Outcome>();
  const rows = prepared.filter((row) => 'record' in row);
  for (const batch of batches(object, rows)) {
    const outcomes = await upsert(org, batch, signal);
    for (const [i, { index }] of batch.rows.entries()) {
      const outcome = outcomes[i];
      if (outcome !== undefined) answers.set(index, outcome);
    }
  }
  return prepared.map((row, index) => {
    if ('kind' in row) return row;
    const outcome = answers.get(index);
    if (outcome === undefined) throw new Error(`"${org.name}" lost the outcome of action ${index}.`);
    return outcome;
  });
}

/** Opens a Salesforce connection. Nothing is sent, and no secret read, before the first action. */
export function salesforce(name: string, config: SalesforceConfig, deps: ConnectorDeps): Connector {
  const base = config.domain.startsWith('http://')
    ? new URL(config.domain).origin
    : `https://${config.domain}`;
  const { secret } = config.auth.clientCredentials;
  const tokens = salesforceTokens(
    { connection: name, base, secret, timeoutMs: Math.min(config.timeoutMs, LOGIN_MS) },
    deps,
  );
  const org: Org = { name, config, deps, base, tokens };
  return {
    name,
    operations: SALESFORCE_OPERATIONS,
    maxRows: MAX_ROWS,
    isIdempotent: ({ operation }) => operation === 'upsert',
    send: (actions, signal) => send(org, actions, signal),
  };
}
