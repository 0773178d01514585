import * as z from 'zod';
import type { RemoteField } from '../../core/remote-field.js';
import { readable } from './readable.js';
import { EMAIL, isContacts, RECORD_ID } from './row.js';

const Property = z.object({
  name: z.string().min(1),
  type: z.string().catch(''),
  fieldType: z.string().catch(''),
  hasUniqueValue: z.boolean().catch(false),
  calculated: z.boolean().catch(false),
  externalOptions: z.boolean().catch(false),
  options: z.array(z.object({ value: z.string() })).catch([]),
  modificationMetadata: z.object({ readOnlyValue: z.boolean().catch(false) }).catch({ readOnlyValue: false }),
});
type Property = z.infer<typeof Property>;

const Properties = z.object({ results: z.array(z.unknown()) });

/**
 * Texts take anything, for every value is written as a text; so do checkboxes, which take several choices joined by ";",
 * and choices that HubSpot does not list.
 */
function typeOf({ type, fieldType, options, externalOptions }: Property): RemoteField['type'] {
  switch (type) {
    case 'number':
      return 'number';
    case 'bool':
      return 'boolean';
    case 'date':
    case 'datetime':
      return type;
    case 'enumeration':
      return fieldType === 'checkbox' || externalOptions || options.length === 0 ? 'any' : 'choice';
    default:
      return 'any';
  }
}

/** Contacts are the one type whose records are found by a property that is not marked as unique, their address. */
const isKey = (object: string, { name, hasUniqueValue }: Property): boolean =>
  hasUniqueValue || name === RECORD_ID || (name === EMAIL && isContacts(object));

function fieldOf(object: string, property: Property): RemoteField {
  const type = typeOf(property);
  return {
    type,
    ...(type === 'choice' && { values: property.options.map(({ value }) => value) }),
    ...(isKey(object, property) && { key: true }),
    ...((property.calculated || property.modificationMetadata.readOnlyValue) && { readonly: true }),
  };
}

/** The properties of an object type by name, from the answer to "Read all properties"; nothing for another answer. */
export function fieldsOf(object: string, body: unknown): Readonly<Record<string, RemoteField>> | undefined {
  const answer = Properties.safeParse(body).data;
  if (answer === undefined) return undefined;
  return Object.fromEntries(
    readable(Property, answer.results).map((property) => [property.name, fieldOf(object, property)]),
  );
}
