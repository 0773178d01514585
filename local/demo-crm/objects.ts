/** What a field of the demo org may hold. */
export type Field =
  | { readonly type: 'text' | 'email'; readonly label: string; readonly max: number }
  | { readonly type: 'checkbox' | 'number' | 'datetime'; readonly label: string };

/** One sObject of the demo org. */
export interface ObjectSchema {
  /** First three characters of its record ids. */
  readonly prefix: string;
  /** The field marked "External ID" and "Unique". */
  readonly externalId: string;
  /** Fields that a new record cannot be without. */
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
}

/** Schemas by API name. */
export type ObjectSchemas = Readonly<Record<string, ObjectSchema>>;

/** One error of one row, as Salesforce words it. */
export interface RowError {
  readonly statusCode: string;
  readonly message: string;
  readonly fields: readonly string[];
}

const FIELDS: ObjectSchema['fields'] = {
  AEP_Id__c: { type: 'text', label: 'AEP Id', max: 255 },
  FirstName: { type: 'text', label: 'First Name', max: 40 },
  LastName: { type: 'text', label: 'Last Name', max: 80 },
  Email: { type: 'email', label: 'Email', max: 80 },
  Hot_Prospect__c: { type: 'checkbox', label: 'Hot Prospect' },
  Loyalty_Points__c: { type: 'number', label: 'Loyalty Points' },
  Audiences__c: { type: 'text', label: 'Audiences', max: 32_768 },
  Tier__c: { type: 'text', label: 'Tier', max: 255 },
  Entered__c: { type: 'checkbox', label: 'Entered' },
  Entered_At__c: { type: 'datetime', label: 'Entered At' },
};

/** The org a fresh demo CRM has: contacts, and a custom object for audience entries. */
export const DEMO_OBJECTS: ObjectSchemas = {
  Contact: { prefix: '003', externalId: 'AEP_Id__c', required: ['LastName'], fields: FIELDS },
  Audience_Entry__c: { prefix: 'a00', externalId: 'AEP_Id__c', required: [], fields: FIELDS },
};

const EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:?\d{2})$/;

const rightType: Record<Field['type'], (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  email: (value) => typeof value === 'string',
  checkbox: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  datetime: (value) => typeof value === 'string' && DATETIME.test(value) && !Number.isNaN(Date.parse(value)),
};

/** The error of one value, or nothing. Null always clears. */
function valueError(name: string, field: Field, value: unknown): RowError | undefined {
  if (value === null) return undefined;
  const error = (statusCode: string, message: string): RowError => ({ statusCode, message, fields: [name] });
  if (!rightType[field.type](value))
    return error(
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
      `${field.label}: value not of required type: ${String(value)}`,
    );
  if (!('max' in field) || typeof value !== 'string') return undefined;
  if (value.length > field.max)
    return error(
      'STRING_TOO_LONG',
      `${field.label}: data value too large: ${value} (max length=${field.max})`,
    );
  if (field.type === 'email' && value !== '' && !EMAIL.test(value))
    return error('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${value}`);
  return undefined;
}

/** Everything Salesforce would hold against writing these fields over `existing` (or into a new record). */
export function fieldErrors(
  object: string,
  schema: ObjectSchema,
  fields: Readonly<Record<string, unknown>>,
  existing: Readonly<Record<string, unknown>> | undefined,
): readonly RowError[] {
  const errors: RowError[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    const message = `No such column '${name}' on sobject of type ${object}`;
    const error =
      field === undefined
        ? { statusCode: 'INVALID_FIELD', message, fields: [name] }
        : valueError(name, field, value);
    if (error !== undefined) errors.push(error);
  }
  const after = { ...existing, ...fields };
  const missing = schema.required.filter((name) => (after[name] ?? '') === '');
  if (missing.length > 0)
    errors.push({
      statusCode: 'REQUIRED_FIELD_MISSING',
      message: `Required fields are missing: [${missing.join(', ')}]`,
      fields: missing,
    });
  return errors;
}
