import type { Clock, StateStore } from './core/ports.js';
import { type AudienceBook, audienceBook, BOOK_TTL_DAYS } from './door/audience-book.js';
import { withNamed } from './secrets.js';
import { readStateSettings } from './settings.js';
import { openStore } from './stores/open.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The state store, opened so that what is written there is kept as long as the book is. */
export async function openBookStore(given: Env, clock: Clock): Promise<StateStore> {
  const env = await withNamed(given, clock, 'TRIBUTARY_STATE_CONNECTION');
  const { TRIBUTARY_STATE: state, TRIBUTARY_STATE_CONNECTION: connection } = readStateSettings(env);
  return openStore(state, { clock, connection, ttlDays: BOOK_TTL_DAYS });
}

/** The book of a deployment's audiences, in its state store. */
export async function openAudienceBook(env: Env, clock: Clock): Promise<AudienceBook> {
  return audienceBook(await openBookStore(env, clock), clock);
}
