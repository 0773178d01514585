import type * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Json, StateStore } from '../../core/ports.js';
import { EMPTY_STATE } from '../../core/state.js';

/** What is kept under a name beside the persons, and the version it was read at; nothing kept has neither. */
export interface Page<T> {
  readonly value: T | undefined;
  readonly version: string | undefined;
}

/** A kind of pages in the state store. Every call throws a `store.*` Fault when the store cannot answer. */
export interface Pages<T> {
  read(id: string): Promise<Page<T>>;
  /** Several at once, by their ids; those that are not there are left out. */
  readAll(ids: readonly string[]): Promise<ReadonlyMap<string, Page<T>>>;
  /** Writes if nobody else has since; gives the new version, or undefined when somebody has. */
  write(id: string, value: T, expected: string | undefined): Promise<string | undefined>;
}

/** The one value of a page. */
const SLOT = 'page';

/** More is to be kept of a file than the store has room for; the store itself speaks of persons. */
const tooLarge = (id: string, cause: unknown): Fault => {
  const text = `what is to be kept of a file (${id}) does not fit into an item of the store: it has too many columns, bad rows or parts of its own; have it exported in smaller files`;
  return new Fault('store.too-large', text, { cause });
};

/** No person's id begins with a colon. */
export const pageId = (...parts: readonly string[]): string => `:files/${parts.join('/')}`;

/** Pages of one shape in the state store. One that this version cannot read is a `store.format` fault. */
export function pagesOf<T>(store: StateStore, schema: z.ZodType<T>, now: () => number): Pages<T> {
  const valueIn = (id: string, value: unknown): T => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const text = `what is kept of a file (${id}) is not as this version writes it; a newer version may have written it`;
    throw new Fault('store.format', text, { cause: parsed.error });
  };
  const readAll = async (ids: readonly string[]): Promise<ReadonlyMap<string, Page<T>>> => {
    const pages = new Map<string, Page<T>>();
    for (const [id, found] of await store.read(ids)) {
      if (!found.ok) throw found.fault;
      const value = valueIn(id, found.value.state.values.get(SLOT)?.value);
      pages.set(id, { value, version: found.value.version });
    }
    return pages;
  };
  return {
    readAll,
    async read(id) {
      return (await readAll([id])).get(id) ?? { value: undefined, version: undefined };
    },
    async write(id, value, expected) {
      // What the schema describes is JSON.
      const known = { value: value as Json, at: now() };
      const state = { ...EMPTY_STATE, values: new Map([[SLOT, known]]) };
      const [answer] = await store.write([{ id, state, expected }]);
      if (answer?.ok) return answer.version;
      if (answer?.reason !== 'refused') return undefined;
      throw answer.fault.code === 'store.too-large' ? tooLarge(id, answer.fault) : answer.fault;
    },
  };
}
