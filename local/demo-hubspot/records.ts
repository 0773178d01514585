/** A record of the account. */
export interface StoredRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** The records of an account, by object type. */
export interface Records {
  byId(type: string, id: string): StoredRecord | undefined;
  /** The record that holds a value, compared without regard to case; contacts are found by further addresses, too. */
  byValue(type: string, property: string, value: string): StoredRecord | undefined;
  create(type: string, properties: Readonly<Record<string, string>>): StoredRecord;
  /** Writes properties; the empty text clears one. Gives false when it changed nothing. */
  write(type: string, id: string, properties: Readonly<Record<string, string>>): boolean;
  archive(type: string, id: string): boolean;
  all(type: string): readonly StoredRecord[];
}

const filled = (properties: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''));

const holds = ({ properties }: StoredRecord, property: string, value: string): boolean => {
  const further = property === 'email' ? (properties['hs_additional_emails'] ?? '').split(';') : [];
  return [properties[property] ?? '', ...further].some(
    (each) => each !== '' && each.toLowerCase() === value.toLowerCase(),
  );
};

/** An account without records. */
export function createRecords(): Records {
  const types = new Map<string, Map<string, StoredRecord>>();
  let count = 50;
  const table = (type: string): Map<string, StoredRecord> => {
    const known = types.get(type) ?? new Map<string, StoredRecord>();
    types.set(type, known);
    return known;
  };
  return {
    byId: (type, id) => table(type).get(id),
    byValue: (type, property, value) =>
      [...table(type).values()].find((each) => holds(each, property, value)),
    create(type, properties) {
      count += 1;
      const record = { id: String(count), properties: filled(properties) };
      table(type).set(record.id, record);
      return record;
    },
    write(type, id, properties) {
      const before = table(type).get(id)?.properties ?? {};
      const after = filled({ ...before, ...properties });
      table(type).set(id, { id, properties: after });
      return Object.keys(properties).some((name) => before[name] !== after[name]);
    },
    archive: (type, id) => table(type).delete(id),
    all: (type) => [...table(type).values()],
  };
}
