/** What a field of the demo org may hold. */
export type Field =
  | { readonly type: 'text' | 'email'; readonly label: string; readonly max: number }
  | { readonly type: 'checkbox' | 'number' | 'datetime'; readonly label: string }
  /** The id of a record of another object; `relation` is the name by which its external id may be given instead. */
  | {
      readonly type: 'reference';
      readonly label: string;
      readonly to: string;
      readonly relation: string;
      /** Never changes once the record is there. */
      readonly fixed?: true;
    };

/** One sObject of the demo org. */
export interface ObjectSchema {
  /** First three characters of its record ids. */
  readonly prefix: string;
  /** The field marked "External ID" and "Unique". */
  readonly externalId: string;
  /** Fields that a new record cannot be without. */
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
  /** No two records have the same values of these, and what is said of a second one. */
  readonly unique?: { readonly fields: readonly string[]; readonly message: string };
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

const text = (label: string, max = 255): Field => ({ type: 'text', label, max });

/** The org a fresh demo CRM has: contacts, a custom object for audience entries, campaigns and members, tasks, an event. */
export const DEMO_OBJECTS: ObjectSchemas = {
  Contact: { prefix: '003', externalId: 'AEP_Id__c', required: ['LastName'], fields: FIELDS },
  Audience_Entry__c: { prefix: 'a00', externalId: 'AEP_Id__c', required: [], fields: FIELDS },
  Campaign: {
    prefix: '701',
    externalId: 'AEP_Id__c',
    required: ['Name'],
    fields: { AEP_Id__c: text('AEP Id'), Name: text('Name', 80) },
  },
  CampaignMember: {
    prefix: '00v',
    externalId: 'AEP_Member_Key__c',
    required: ['CampaignId', 'ContactId'],
    fields: {
      AEP_Member_Key__c: text('AEP Member Key'),
      CampaignId: { type: 'reference', label: 'Campaign', to: 'Campaign', relation: 'Campaign', fixed: true },
      ContactId: { type: 'reference', label: 'Contact', to: 'Contact', relation: 'Contact', fixed: true },
      Status: text('Status', 40),
    },
    unique: { fields: ['CampaignId', 'ContactId'], message: 'Already a campaign member.' },
  },
  Task: {
    prefix: '00T',
    externalId: 'AEP_Once__c',
    required: [],
    fields: {
      AEP_Once__c: text('AEP Once'),
      Subject: text('Subject'),
      Description: text('Description', 32_000),
      WhoId: { type: 'reference', label: 'Name', to: 'Contact', relation: 'Who' },
    },
  },
  Hot_Prospect__e: {
    prefix: 'e00',
    externalId: '',
    required: ['Person__c'],
    fields: { Person__c: text('Person'), Subject__c: text('Subject') },
  },
};

const EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:?\d{2})$/;

const rightType: Record<Field['type'], (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  email: (value) => typeof value === 'string',
  checkbox: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  reference: (value) => typeof value === 'string' && /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(value),
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

const isFixed = (field: Field | undefined): boolean => field?.type === 'reference' && field.fixed === true;

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
  const fixed = existing ? Object.keys(fields).filter((name) => isFixed(schema.fields[name])) : [];
  if (fixed.length > 0) {
    const message = `Unable to create/update fields: ${fixed.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
    errors.push({ statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', message, fields: fixed });
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
