import * as z from 'zod';
import type { Outcome } from '../../core/remote.js';
import { unknown, unsent } from '../wire/outcome.js';
import { STEP_MS } from '../wire/patience.js';
import { named } from '../wire/request-id.js';
import { fromStatus } from './answer.js';
import { isRecordId } from './config.js';
import { type Org, request } from './org.js';
import { isId } from './row.js';

/** Which records are looked for: those of an object whose field has one of some values. All names have been checked. */
export interface Search {
  readonly object: string;
  /** A field of the object or of its parent, e.g. `Contact.AEP_Id__c`. */
  readonly field: string;
  readonly values: readonly string[];
  /** A further condition in SOQL. */
  readonly and?: string;
}

/** Gives the ids of the records that have a value. */
export interface Found {
  (value: string): readonly string[];
  /** What the org calls the last of the requests that told so. */
  readonly requestId: string | undefined;
}

/** Records that queries found. */
interface Answer extends Pick<Found, 'requestId'> {
  readonly records: readonly unknown[];
}

/** Salesforce takes 100,000 characters of SOQL; a query stays well below, also when each is encoded as three. */
const QUERY_CHARACTERS = 10_000;
/** Most queries of one composite request (REST API guide, "Composite Subrequest"). */
const MOST_QUERIES = 5;

const Subresponse = z.object({ httpStatusCode: z.int(), body: z.unknown() });
const Composite = z.object({ compositeResponse: z.array(Subresponse) });
const Page = z.object({
  done: z.literal(true),
  records: z.array(z.looseObject({ Id: z.string().refine(isRecordId) })),
});

const ESCAPED: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** A text as SOQL writes it (SOQL guide, "Quoted String Escape Sequences"). */
export const literal = (text: string): string =>
  `'${text.replace(/[\\'"\n\r\t\b\f]/g, (character) => ESCAPED[character] ?? `\\${character}`)}'`;

/** Values as Salesforce compares them: ids by their first 15 characters, texts without regard to case and outer blanks. */
const comparable = (field: string, value: string): string =>
  /^(?:Contact|Lead)?Id$/i.test(field) ? value.slice(0, 15) : value.trim().toLowerCase();

function memberAt(record: unknown, path: readonly string[]): string | undefined {
  let value: unknown = record;
  for (const name of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The queries of a search, none of them too long. */
function queriesOf({ object, field, values, and }: Search): readonly string[] {
  const lists: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const text of values.map(literal)) {
    if (length + text.length > QUERY_CHARACTERS) {
      lists.push([]);
      length = 0;
    }
    lists.at(-1)?.push(text);
    length += text.length + 1;
  }
  const fields = isId(field) ? 'Id' : `Id, ${field}`;
  const where = and === undefined ? '' : `${and} AND `;
  return lists.map((list) => `SELECT ${fields} FROM ${object} WHERE ${where}${field} IN (${list.join(',')})`);
}

/**
 * Asks up to five queries in one request. They travel in its body: what identifies people must not get into a URL, which
 * gateways write down.
 */
async function askAll(org: Org, queries: readonly string[], signal: AbortSignal): Promise<Outcome | Answer> {
  const compositeRequest = queries.map((query, i) => ({
    method: 'GET',
    url: `/services/data/${org.config.apiVersion}/query?q=${encodeURIComponent(query)}`,
    referenceId: `query${i}`,
  }));
  const body = { allOrNone: false, compositeRequest };
  const said = await request(org, { method: 'POST', path: ['composite'], body, timeoutMs: STEP_MS }, signal);
  if (said.kind === 'silent') return said.outcome;
  const { reply, context } = said;
  if (reply.status !== 200) return fromStatus(context, reply);
  const answers = Composite.safeParse(reply.json).data?.compositeResponse ?? [];
  const records: unknown[] = [];
  for (const [i] of queries.entries()) {
    const answer = answers[i];
    if (answer && answer.httpStatusCode !== 200)
      return fromStatus(context, {
        ...reply,
        status: answer.httpStatusCode,
        json: answer.body,
        text: JSON.stringify(answer.body),
      });
    const page = Page.safeParse(answer?.body).data;
    if (!page) {
      const text = `"${org.name}" gave no whole answer to a query for record ids.`;
      return named(unknown('remote.unanswered', text), context.requestId);
    }
    records.push(...page.records);
  }
  return { records, requestId: context.requestId };
}

/**
 * Finds the ids of records. An outcome instead when they could not be found out: nothing has been written then, so it is
 * never unknown.
 */
export async function findIds(org: Org, search: Search, signal: AbortSignal): Promise<Outcome | Found> {
  const queries = queriesOf(search);
  const path = search.field.split('.');
  const ids = new Map<string, string[]>();
  let requestId: string | undefined;
  for (let at = 0; at < queries.length; at += MOST_QUERIES) {
    const answer = await askAll(org, queries.slice(at, at + MOST_QUERIES), signal);
    if ('kind' in answer) return unsent(answer);
    requestId = answer.requestId;
    for (const record of answer.records) {
      const value = comparable(search.field, memberAt(record, path) ?? '');
      const id = memberAt(record, ['Id']) ?? '';
      ids.set(value, [...(ids.get(value) ?? []), id]);
    }
  }
  const find = (value: string) => ids.get(comparable(search.field, value)) ?? [];
  return Object.assign(find, { requestId });
}
