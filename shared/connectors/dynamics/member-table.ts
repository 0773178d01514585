/** A table whose rows can be on marketing lists. */
export interface MemberTable {
  /** Logical name. */
  readonly name: string;
  readonly idColumn: string;
}

/** By entity set name: all that a list can have as members (createdfromcode 1, 2 and 4). */
const TABLES = new Map<string, MemberTable>([
  ['accounts', { name: 'account', idColumn: 'accountid' }],
  ['contacts', { name: 'contact', idColumn: 'contactid' }],
  ['leads', { name: 'lead', idColumn: 'leadid' }],
]);

/** The table of this entity set, if its rows can be on lists. */
export const memberTableOf = (object: string): MemberTable | undefined => TABLES.get(object);
