/** What a column of the demo environment may hold. A lookup is written through its navigation property. */
export type Column =
  | { readonly type: 'text'; readonly max: number }
  | { readonly type: 'number' | 'boolean' | 'datetime' | 'choice' }
  | { readonly type: 'lookup'; readonly navigation: string; readonly target: string };

/** One table, by entity set name. */
export interface Table {
  readonly logical: string;
  readonly id: string;
  /** Columns with an alternate key of their own. */
  readonly keys: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  /** `createdfromcode` of lists whose members are rows of this table. */
  readonly listCode?: number;
}
export type Tables = Readonly<Record<string, Table>>;

const text = (max: number): Column => ({ type: 'text', max });
const PERSON: Table['columns'] = {
  aep_profileid: text(100),
  firstname: text(50),
  lastname: text(50),
  emailaddress1: text(100),
  aep_audiences: text(2000),
  aep_tier: text(100),
  aep_hot: { type: 'boolean' },
  aep_points: { type: 'number' },
  aep_enteredon: { type: 'datetime' },
};
const ACTIVITY: Table['columns'] = {
  aep_sendid: text(100),
  subject: text(200),
  description: text(2000),
  scheduledend: { type: 'datetime' },
  prioritycode: { type: 'choice' },
};

/** What a fresh demo environment has. */
export const DEMO_TABLES: Tables = {
  contacts: {
    logical: 'contact',
    id: 'contactid',
    keys: ['aep_profileid'],
    columns: {
      ...PERSON,
      parentcustomerid: { type: 'lookup', navigation: 'parentcustomerid_account', target: 'accounts' },
    },
    listCode: 2,
  },
  accounts: {
    logical: 'account',
    id: 'accountid',
    keys: ['accountnumber'],
    columns: { accountnumber: text(20), name: text(160) },
    listCode: 1,
  },
  leads: { logical: 'lead', id: 'leadid', keys: ['aep_profileid'], columns: PERSON, listCode: 4 },
  tasks: { logical: 'task', id: 'activityid', keys: ['aep_sendid'], columns: ACTIVITY },
  phonecalls: { logical: 'phonecall', id: 'activityid', keys: [], columns: ACTIVITY },
  lists: {
    logical: 'list',
    id: 'listid',
    keys: [],
    columns: {
      listname: text(128),
      type: { type: 'boolean' },
      lockstatus: { type: 'boolean' },
      createdfromcode: { type: 'choice' },
    },
  },
};

/** A member of a table by its name, or nothing: names come from outside. */
export const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
