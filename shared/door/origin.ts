import type { DoorRequest } from './request.js';

/**
 * Where a call says that it comes from. No export says so itself; one receiver of several sandboxes can tell them apart only
 * by what the operator wrote into the path, the query or a header.
 */
export interface Origin {
  readonly source?: string;
  readonly sandbox?: string;
  readonly tenant?: string;
}

/** The member under which records in the stream carry it: rules read `_tributary.sandbox`. */
export const ORIGIN_MEMBER = '_tributary';

const MOST_CHARACTERS = 128;

function clean(text: string | null | undefined): string | undefined {
  const plain = text?.replace(/\p{Cc}/gu, '').trim();
  return plain ? plain.slice(0, MOST_CHARACTERS) : undefined;
}

/** Reads source (path, query `source`, header `x-tributary-source`), sandbox and tenant (query, header); the first wins. */
export function originOf({ query, headers }: DoorRequest, inPath: string | undefined): Origin {
  const named = (name: string): string | undefined =>
    clean(query.get(name)) ?? clean(headers[`x-tributary-${name}`]);
  const origin = {
    source: clean(inPath) ?? named('source'),
    sandbox: named('sandbox'),
    tenant: named('tenant'),
  };
  return Object.fromEntries(Object.entries(origin).filter(([, value]) => value !== undefined));
}
