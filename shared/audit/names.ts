import { createHash } from 'node:crypto';
import type { AuditPlace } from '../core/audit.js';

const sha256 = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** What a person is called in entries: one-way, the same with every deployment, so that it can be found by the id alone. */
export const auditKeyOf = (person: string): string => sha256(['person', person]).slice(0, 32);

/** Where what is kept of a person lies, by {@link auditKeyOf}. */
export const personPage = (key: string): string => `:audit/person/${key}`;

/**
 * Where what is kept of a place lies, under the state store's keys. No person's id begins with a colon. Letters count as
 * small: most targets compare so, and who asks may write a key in either way.
 */
export function pageOf(place: AuditPlace): string {
  if (place.kind === 'person') return personPage(auditKeyOf(place.id));
  const { connection, object, key } = place;
  return `:audit/row/${sha256([connection, object, key.toLowerCase()])}`;
}

/** Tells rows whose keys differ in capital and small letters only, and so share a page, from each other. */
export const spellingOf = ({
  connection,
  object,
  key,
}: Readonly<Record<'connection' | 'object' | 'key', string>>): string =>
  sha256(['spelling', connection, object, key]).slice(0, 8);

/** Where it lies which row is known to its target by an id of the target's own. */
export const signpostOf = (connection: string, object: string, remoteId: string): string =>
  `:audit/id/${sha256([connection, object, remoteId.toLowerCase()])}`;
