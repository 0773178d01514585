import type { Answer } from '../vendor-answer.js';
import { json, refusal } from './answer.js';
import type { Field, ObjectSchema } from './objects.js';
import type { Org } from './org.js';

const TYPES: Readonly<Record<Field['type'], string>> = {
  text: 'string',
  email: 'email',
  checkbox: 'boolean',
  number: 'double',
  datetime: 'datetime',
  reference: 'reference',
};

const described = (schema: ObjectSchema, name: string, field: Field): object => ({
  name,
  label: field.label,
  type: TYPES[field.type],
  length: 'max' in field ? field.max : 0,
  externalId: name === schema.externalId,
  unique: name === schema.externalId,
  idLookup: name === schema.externalId,
  createable: true,
  updateable: !('fixed' in field && field.fixed),
  nillable: !schema.required.includes(name),
  defaultedOnCreate: field.type === 'checkbox',
  relationshipName: 'relation' in field ? field.relation : null,
  picklistValues: [],
});

const ID = {
  name: 'Id',
  type: 'id',
  length: 18,
  externalId: false,
  idLookup: true,
  createable: false,
  updateable: false,
};

/** `GET …/sobjects/{object}/describe`: the object and its fields. */
export function describe(org: Org, object: string): Answer {
  const schema = Object.hasOwn(org.schemas, object) ? org.schemas[object] : undefined;
  if (schema === undefined) return refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
  const fields = Object.entries(schema.fields).map(([name, field]) => described(schema, name, field));
  const isEvent = object.endsWith('__e');
  return json(200, {
    name: object,
    createable: true,
    updateable: !isEvent,
    deletable: !isEvent,
    fields: [{ ...ID, nillable: false, defaultedOnCreate: true, picklistValues: [] }, ...fields],
  });
}
