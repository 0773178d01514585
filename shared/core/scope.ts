import type { FaultCode } from './fault.js';
import type { Json } from './ports.js';
import type { PersonState } from './state.js';
import type { Looking, Reads, Tools } from './tools.js';

/** Where a finding is: the path of keys from the top of the file. */
export type FilePath = readonly (string | number)[];

/** A finding about the file: where and what to do. A warning does not keep the file from running. */
export interface Finding {
  readonly code: FaultCode;
  readonly path: FilePath;
  readonly message: string;
  readonly severity?: 'error' | 'warning';
}

/** What a rule may look at: one person, as known after a record was merged in. */
export interface Sight {
  readonly key: string;
  readonly view: PersonState;
  /** The time of the newest record known, epoch microseconds. */
  readonly now: number;
}

/** Gives the value of one field, or undefined when there is nothing to write. */
export type Reader = (sight: Sight) => Json | undefined;

/** What one clause of a condition came to, for `explain`. */
export interface Trace {
  /** The clause as it was written. */
  readonly text: string;
  readonly holds: boolean;
  /** Whether the clause looked at one value; and which. No value makes every comparison false. */
  readonly looked?: boolean;
  readonly saw?: Json | undefined;
  /** Why it could not be decided, when it could not: it counts as false. */
  readonly why?: string;
  readonly items?: readonly Trace[];
}

/** A condition, ready to run. */
export interface Judge {
  readonly holds: (sight: Sight) => boolean;
  readonly trace: (sight: Sight) => Trace;
}

/** What a part of the file is compiled against: it registers what it reads and reports what is wrong. */
export interface Scope {
  readonly tools: Tools;
  /** Has the view keep an attribute path; gives the reader of its newest known value. */
  value(path: string): Reader;
  /** The same for the identity of a namespace. */
  identity(namespace: string): Reader;
  /** Key of the standing of a declared audience; an undeclared one is reported at `at`. */
  audience(name: string, at: FilePath): string;
  /** Every declared audience: name and key of its standing. */
  audiences(): readonly { readonly name: string; readonly key: string }[];
  /** Says that a condition or mapping asks for the time. */
  usesNow(): void;
  /** What expressions and functions of the customer look through; registers what they read. */
  looking(reads: Reads, at: FilePath): (sight: Sight) => Looking;
  find(at: FilePath, message: string, code?: FaultCode): void;
}
