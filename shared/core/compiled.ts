import type { ReadPath } from './path.js';
import type { Reader } from './scope.js';

/** A declared audience. */
export interface Audience {
  readonly name: string;
  /** `namespace/id`, the key of its standing; a slash in the namespace is escaped. */
  readonly key: string;
  readonly namespace: string;
  readonly id: string;
  /** Rules that name it in `when`, by trigger, in file order: a record touches only rules that can match. */
  readonly rules: Readonly<Record<Trigger, CompiledRule[]>>;
}

/** A rule's wish for one field, and how much it weighs. */
export interface Bid {
  readonly read: Reader;
  /** Place of the rule in the file. */
  readonly order: number;
  /** False for a constant whose audience the person has left: any rule that speaks of the present outweighs it. */
  readonly active: boolean;
  /** When the person left, epoch microseconds: of constants gone by, the one that held last. 0 while active. */
  readonly until: number;
  /** For a constant of an edge rule, the time of the edge (epoch microseconds). Else 0: the view decides. */
  readonly at: number;
  /** For a constant of a level rule, the time of the assertion it stands on, epoch microseconds. Else 0. */
  readonly since: number;
}

/** One field of an action. Fields of one row that bear the same name share a slot, so that each is computed once. */
export interface CompiledField {
  readonly slot: number;
  /** The bid of a rule that speaks of the present: made once, because nearly every bid is one. */
  readonly live: Bid;
  /** A constant is written by the assertion that caused it and carries its time; all else follows the view. */
  readonly constant: boolean;
  /** Whether the file fills the field from other sources as well, so that one may be silent and another not. */
  readonly contested: boolean;
}

/** A row that actions address in the same way: same connection, object and match. */
export interface Row {
  readonly connection: string;
  readonly operation: 'upsert';
  readonly object: string;
  readonly match: string;
  readonly address: Reader;
  /** Place among the rows of the file. */
  readonly index: number;
  /** Field names by slot; grows while the file is compiled. */
  readonly slots: string[];
}

export interface CompiledAction {
  readonly row: Row;
  /** Whether an earlier action of the same rule is about this row too. */
  readonly again: boolean;
  readonly fields: readonly CompiledField[];
}

export type Trigger = 'entered' | 'left' | 'stayed' | 'member';

export interface CompiledRule {
  readonly name: string;
  /** Place in the file: later rules win. */
  readonly order: number;
  readonly trigger: Trigger;
  readonly audience: Audience;
  readonly actions: readonly CompiledAction[];
  /** What is said of a row this rule asked for, by what happened to the person. */
  readonly causes: Readonly<Record<'entered' | 'left' | 'stayed' | 'member' | 'outside', string>>;
}

/** One entry of `person.key`: an identity namespace (lower case) or an attribute path. */
export type KeySource =
  | { readonly kind: 'identity'; readonly namespace: string; readonly text: string }
  | { readonly kind: 'attribute'; readonly path: ReadPath; readonly text: string };

/** The customer's file, ready to run: everything that can be looked up beforehand has been. */
export interface CompiledRules {
  readonly keys: readonly KeySource[];
  readonly consent: string | undefined;
  /** namespace → id → audience. */
  readonly audiences: ReadonlyMap<string, ReadonlyMap<string, Audience>>;
  /** Level rules by the key of their audience; audiences without any are left out. */
  readonly levels: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly paths: readonly ReadPath[];
  readonly rules: readonly CompiledRule[];
  /** Whether anything asks for the time of the newest record: `stayed`, and whatever compares with now. */
  readonly asksForNewest: boolean;
}
