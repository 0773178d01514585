import * as z from 'zod';
import { PATH } from './path.js';
import type { Reader, Scope } from './scope.js';

/** The value of the person's key. */
export const KEY = '$key';
const IDENTITY = '$identity.';

/** What a mapping may point to by name alone: an attribute path, `$key`, or `$identity.` and a namespace. */
export const Reference = z
  .string()
  .regex(
    new RegExp(`^(?:\\$key|\\$identity\\.[\\w-]+|${PATH})$`),
    'must be an attribute path such as person.name.firstName, $key, or $identity.crmid',
  );

/** The namespace that a reference to an identity names; undefined for any other reference. */
export const namespaceOf = (reference: string): string | undefined =>
  reference.startsWith(IDENTITY) ? reference.slice(IDENTITY.length) : undefined;

/** The reader of what a reference points to. */
export function referred(reference: string, scope: Scope): Reader {
  if (reference === KEY) return ({ key }) => key;
  const namespace = namespaceOf(reference);
  return namespace === undefined ? scope.value(reference) : scope.identity(namespace);
}
