import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Operation, Outcome } from '../../core/remote.js';
import { unsent } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import type { Reply } from '../wire/transport.js';
import { call, type Hub, objectsPath } from './api.js';
import { type Answering, contextOf, Problem } from './problem.js';
import { readable } from './readable.js';
import { fromRefusal } from './refusal.js';
import { EMAIL, isContacts, RECORD_ID, type Row } from './row.js';

/** A row whose record was looked up: the record's id, or why it is not known. */
export type Located = { readonly row: Row } & ({ readonly id: string } | { readonly outcome: Outcome });

/** The property that holds further keys of a record, joined by ";": its other addresses, the records merged into it. */
function aliasOf(object: string, keyProperty: string): string | undefined {
  if (keyProperty === RECORD_ID) return 'hs_merged_object_ids';
  return keyProperty === EMAIL && isContacts(object) ? 'hs_additional_emails' : undefined;
}

const Read = z.object({ results: z.array(z.unknown()), errors: z.array(z.unknown()).optional() });
const Found = z.object({
  id: z.string().min(1),
  properties: z.record(z.string(), z.unknown()).catch({}),
});
type Found = z.infer<typeof Found>;

/** The property rows are looked up by, and the one that holds further keys, if there is one. */
interface Sought {
  readonly keyProperty: string;
  readonly alias: string | undefined;
}

const textOf = ({ properties }: Found, name: string): string | undefined => {
  const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return typeof value === 'string' ? value.toLowerCase() : undefined;
};

const isOwner = (found: Found, { keyProperty }: Sought, key: string): boolean =>
  textOf(found, keyProperty) === key || (keyProperty === RECORD_ID && found.id === key);

const isAlias = (found: Found, { alias }: Sought, key: string): boolean =>
  alias !== undefined && (textOf(found, alias) ?? '').split(';').some((further) => further.trim() === key);

/** The record of a key, compared without regard to case as HubSpot does. Nothing when two records claim it. */
function recordOf(all: readonly Found[], sought: Sought, key: string): string | undefined {
  const owners = all.filter((found) => isOwner(found, sought, key));
  const claims = owners.length > 0 ? owners : all.filter((found) => isAlias(found, sought, key));
  const ids = new Set(claims.map(({ id }) => id));
  return ids.size === 1 ? claims[0]?.id : undefined;
}

/** The keys that HubSpot says no record has: errors of category OBJECT_NOT_FOUND list them as `context.ids`. */
const missingKeys = (problems: readonly Problem[]): ReadonlySet<string> =>
  new Set(
    problems
      .filter(({ category }) => category === 'OBJECT_NOT_FOUND')
      .flatMap((problem) => contextOf(problem, 'ids'))
      .map((key) => key.toLowerCase()),
  );

function fromRead(
  context: Answering,
  reply: Reply,
  rows: readonly Row[],
  sought: Sought,
): readonly Located[] {
  const read = reply.status === 200 || reply.status === 207 ? Read.safeParse(reply.json).data : undefined;
  if (read === undefined) {
    const outcome = unsent(fromRefusal(context, reply));
    return rows.map((row) => ({ row, outcome }));
  }
  const found = readable(Found, read.results);
  const missing = missingKeys(readable(Problem, read.errors ?? []));
  const text = `"${context.connection}" said neither where a record is nor that there is none; nothing was written.`;
  const silent: Outcome = {
    kind: 'retry',
    scope: 'row',
    fault: new Fault('remote.unanswered', text),
    unsent: true,
  };
  return rows.map((row) => {
    const key = row.key.toLowerCase();
    const id = recordOf(found, sought, key);
    if (id !== undefined) return { row, id };
    return { row, outcome: named(missing.has(key) ? { kind: 'absent' } : silent, context.requestId) };
  });
}

/**
 * Looks up the record ids of rows that share a key property, in one request ("Read a batch of objects"). A record that
 * does not exist is `absent`; when the look-up fails, nothing was written.
 */
export async function locate(
  hub: Hub,
  { operation, object }: { readonly operation: Operation; readonly object: string },
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Located[]> {
  const keyProperty = rows[0]?.keyProperty;
  if (keyProperty === undefined) return [];
  const alias = aliasOf(object, keyProperty);
  const body = {
    ...(keyProperty !== RECORD_ID && { idProperty: keyProperty }),
    properties: alias === undefined ? [keyProperty] : [keyProperty, alias],
    propertiesWithHistory: [],
    inputs: [...new Set(rows.map(({ key }) => key))].map((id) => ({ id })),
  };
  const path = objectsPath(hub, object, 'read');
  const heard = await call(hub, { operation, method: 'POST', path, body }, signal);
  if (heard.kind === 'reply') return fromRead(heard.context, heard.reply, rows, { keyProperty, alias });
  return rows.map((row) => ({ row, outcome: unsent(heard.outcome) }));
}
