import type { Limits } from './limits.js';
import type { Login } from './login.js';
import type { Misbehaviours } from './misbehaviour.js';
import type { ObjectTypes } from './objects.js';
import type { Records } from './records.js';

/** A list of the account. Members of a dynamic one are decided by its filters, not by anybody who asks. */
export interface DemoList {
  readonly name: string;
  readonly processingType: 'MANUAL' | 'SNAPSHOT' | 'DYNAMIC';
  readonly objectTypeId: string;
  readonly members: Set<string>;
}

/** Everything an account holds. */
export interface Account {
  readonly types: ObjectTypes;
  readonly records: Records;
  readonly lists: ReadonlyMap<string, DemoList>;
  readonly scopes: ReadonlySet<string>;
  readonly misbehaviours: Misbehaviours;
  readonly limits: Limits;
  readonly login: Login;
  readonly now: () => number;
  /** Rows that were written and changed nothing: work done twice. */
  repeatedWrites: number;
}

/** A request as the API sees it; `object` is the name of a known object type. */
export interface Asking {
  readonly path: string;
  readonly object: string;
  readonly body: string;
}
