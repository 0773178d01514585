/** One property of an object type. */
export interface Property {
  readonly type: 'string' | 'number' | 'bool' | 'enumeration' | 'datetime' | 'date';
  readonly label: string;
  /** `hasUniqueValue`: records can be found by it. */
  readonly unique?: boolean;
  readonly readOnly?: boolean;
  readonly options?: readonly string[];
}

/** An object type: its number in paths, its properties, and of which a new record needs at least one. */
export interface ObjectType {
  readonly id: string;
  readonly properties: Readonly<Record<string, Property>>;
  readonly needsOneOf: readonly string[];
  /** The scopes it takes to read and to write it. */
  readonly scope: string;
}

/** Object types by name. */
export type ObjectTypes = Readonly<Record<string, ObjectType>>;

const text = (label: string): Property => ({ type: 'string', label });

/** The account a fresh demo HubSpot has. */
export const DEMO_TYPES: ObjectTypes = {
  contacts: {
    id: '0-1',
    scope: 'crm.objects.contacts',
    needsOneOf: ['email', 'firstname', 'lastname'],
    properties: {
      email: text('Email'),
      firstname: text('First name'),
      lastname: text('Last name'),
      aep_id: { ...text('AEP id'), unique: true },
      hot_prospect: { type: 'bool', label: 'Hot prospect' },
      loyalty_points: { type: 'number', label: 'Loyalty points' },
      tier: { type: 'enumeration', label: 'Tier', options: ['basic', 'gold'] },
      interests: { type: 'enumeration', label: 'Interests', options: ['music', 'sports', 'travel'] },
      entered_at: { type: 'datetime', label: 'Entered at' },
      hs_additional_emails: { ...text('Additional emails'), readOnly: true },
    },
  },
  tasks: {
    id: '0-27',
    scope: 'crm.objects.contacts',
    needsOneOf: ['hs_timestamp'],
    properties: {
      hs_task_subject: text('Subject'),
      hs_timestamp: { type: 'datetime', label: 'Due' },
      aep_event: { ...text('AEP event'), unique: true },
    },
  },
};

/** What is wrong with the value of a property, as HubSpot names it, or nothing. */
export function valueError(name: string, property: Property | undefined, value: string): string | undefined {
  if (property === undefined) return 'PROPERTY_DOESNT_EXIST';
  if (property.readOnly) return 'READ_ONLY_VALUE';
  if (value === '') return undefined;
  switch (property.type) {
    case 'number':
      return Number.isFinite(Number(value)) ? undefined : 'INVALID_INTEGER';
    case 'bool':
      return value === 'true' || value === 'false' ? undefined : 'INVALID_OPTION';
    case 'enumeration':
      return value.split(';').every((each) => property.options?.includes(each))
        ? undefined
        : 'INVALID_OPTION';
    case 'date':
    case 'datetime':
      return Number.isNaN(Date.parse(value)) && !/^\d+$/.test(value) ? 'INVALID_DATE' : undefined;
    case 'string':
      return name === 'email' && !/^[^@\s]+@[^@\s]+\.[a-z]+$/i.test(value) ? 'INVALID_EMAIL' : undefined;
  }
}
