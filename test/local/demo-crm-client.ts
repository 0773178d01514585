import { afterEach } from 'vitest';
import { type DemoCrm, type DemoCrmOptions, startDemoCrm } from '../../local/demo-crm/server.js';

/** The instant at which the CRM lives, unless a test moves its clock. */
export const T0 = Date.UTC(2026, 10, 1, 12, 0, 0);
/** Where contacts are upserted. */
export const CONTACTS = '/services/data/v66.0/composite/sobjects/Contact/AEP_Id__c';

const open: DemoCrm[] = [];
/** Starts a CRM that ends with the test. */
export async function start(options: DemoCrmOptions = {}): Promise<DemoCrm> {
  const crm = await startDemoCrm({ now: () => T0, ...options });
  open.push(crm);
  return crm;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((crm) => crm.close()));
});

/** An answer of the CRM. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Makes a request and reads its whole answer. */
export async function call(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

/** Asks for a token, with right credentials unless the form says otherwise. */
export const logIn = (crm: DemoCrm, form: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  call(`${crm.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: crm.clientId,
      client_secret: crm.clientSecret,
      ...form,
    }),
  });

/** A valid token. */
export async function tokenOf(crm: DemoCrm): Promise<string> {
  const { body } = await logIn(crm);
  if (typeof body !== 'object' || body === null || !('access_token' in body)) throw new Error('no token');
  return String(body.access_token);
}

/** What a request may have that is not usual. */
export interface Sending {
  readonly token?: string;
  readonly path?: string;
  readonly allOrNone?: boolean;
  readonly object?: string;
  readonly signal?: AbortSignal;
}

/** Upserts rows, with a new token unless given one. */
export async function upsert(
  crm: DemoCrm,
  rows: readonly Readonly<Record<string, unknown>>[],
  { path = CONTACTS, allOrNone = false, object = 'Contact', ...rest }: Sending = {},
): Promise<Answer> {
  const token = rest.token ?? (await tokenOf(crm));
  const records = rows.map((row) => ({ attributes: { type: object }, ...row }));
  return call(`${crm.url}${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ allOrNone, records }),
    signal: rest.signal ?? null,
  });
}

/** A row that is fine. */
export const ada = { AEP_Id__c: 'p1', LastName: 'Lovelace', Email: 'ada@example.com' };
/** The verdict on each row, or the code of the whole refusal. */
export const codes = ({ body }: Answer): unknown =>
  Array.isArray(body) ? body.map((row) => row.errors?.[0]?.statusCode ?? row.errorCode ?? 'ok') : body;
