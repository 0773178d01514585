import type { AuditSetting } from './audit.js';
import type { ReadPath } from './path.js';
import type { PathTree } from './path-tree.js';
import type { CallLimit } from './quota.js';
import type { Judge, Reader } from './scope.js';

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

/** Slots that no customer can name: whether the row is on its list, and whether it is deleted. */
export const LISTED = '$listed';
export const DELETED = '$deleted';

/** A row, or a row's place on a list, that actions address in the same way: same connection, object, list and match. */
export interface Row {
  readonly connection: string;
  readonly object: string;
  readonly match: string;
  /** The list whose membership this is about; undefined when it is about the row itself. */
  readonly list: string | undefined;
  /** How its targets begin, up to the address: `connection/object/match=`, with `object#list` for a place on a list. */
  readonly start: string;
  readonly address: Reader;
  /** Place among the rows of the file. */
  readonly index: number;
  /** Field names by slot; grows while the file is compiled. */
  readonly slots: string[];
}

/** A state-like action: what it wants the row to be. */
export interface CompiledAction {
  readonly row: Row;
  /** False for `update`, which leaves a row that is not there alone. */
  readonly mayCreate: boolean;
  /** Whether an earlier action of the same rule is about this row too. */
  readonly again: boolean;
  readonly fields: readonly CompiledField[];
}

/** An event-like action: something to happen once per edge. */
export interface CompiledSend {
  readonly connection: string;
  readonly object: string;
  readonly fields: readonly { readonly name: string; readonly read: Reader }[];
  /** Place among the actions of its rule: tells it from its siblings. */
  readonly place: number;
}

/** What a rule is about: an edge, the level `member`, or the change of an attribute. */
export type Trigger = 'entered' | 'left' | 'stayed' | 'member' | 'changed';

/** Of how many of a rule's audiences the trigger must be true. */
export type Quantity = 'any' | 'all' | 'none';

export interface CompiledRule {
  readonly name: string;
  /** Of its name, `when` and `if`: tells what has been decided of it from what is to be decided anew. */
  readonly id: string;
  /** Place in the file: later rules win. */
  readonly order: number;
  readonly trigger: Trigger;
  readonly quantity: Quantity;
  /** Empty for `changed`. */
  readonly audiences: readonly Audience[];
  /** The attribute that `changed` is about. */
  readonly path: string | undefined;
  /** Its `if`. */
  readonly judge: Judge | undefined;
  readonly actions: readonly CompiledAction[];
  /** For level rules: what holds while the rule does not. */
  readonly otherwise: readonly CompiledAction[] | undefined;
  readonly sends: readonly CompiledSend[];
  /** Whether later rules are left alone when this one matched. */
  readonly stop: boolean;
  /** Whether event-like actions are due even for memberships that were old when first seen. */
  readonly backfill: boolean;
  /** An edge rule whose say depends on more than its edge. */
  readonly open: boolean;
  /** A level rule over one audience, without condition: what nearly all are, and what the fast way is for. */
  readonly plain: boolean;
  /** What is said of a row this rule asked for, by what happened to the person. */
  readonly causes: Readonly<Record<Trigger | 'outside', string>>;
}

/** One entry of `person.key`: an identity namespace (lower case) or an attribute path. */
export type KeySource =
  | { readonly kind: 'identity'; readonly namespace: string; readonly text: string }
  | { readonly kind: 'attribute'; readonly path: ReadPath; readonly text: string };

/** The customer's file, ready to run: everything that can be looked up beforehand has been. */
export interface CompiledRules {
  readonly keys: readonly KeySource[];
  /** Identities under which a record without a key waits for one. */
  readonly waits: readonly KeySource[];
  readonly consent: string | undefined;
  /** namespace → id → audience. */
  readonly audiences: ReadonlyMap<string, ReadonlyMap<string, Audience>>;
  /** Level rules by the key of their audience; audiences without any are left out. */
  readonly levels: ReadonlyMap<string, readonly CompiledRule[]>;
  /** Rules about `changed`, by the path. */
  readonly changes: ReadonlyMap<string, readonly CompiledRule[]>;
  /** What to do for those whose consent says no. */
  readonly optOut: readonly CompiledAction[];
  /** How old a membership is, when first seen, that counts as backfill; microseconds. */
  readonly backfillMicros: number;
  readonly hasStop: boolean;
  /** How long it counts that a target has accepted a row, milliseconds; for ever when undefined. */
  readonly refreshMs: number | undefined;
  /** Whether it is written down why things change, and for how long; undefined when the file says off. */
  readonly audit: AuditSetting | undefined;
  /** Limits on calls, of the connections that have some. */
  readonly quotas: ReadonlyMap<string, readonly CallLimit[]>;
  /** Attribute paths that the file reads. */
  readonly attributes: PathTree;
  /** Namespaces whose identity the file reads. */
  readonly identities: readonly (ReadPath & { readonly identity: string })[];
  readonly rules: readonly CompiledRule[];
  /** Each rule that is a shadow, compiled as if it were the only rule of the file; `rules` are those that are none. */
  readonly shadows: readonly CompiledRules[];
  /** Whether anything asks for the time of the newest record: `stayed`, and whatever compares with now. */
  readonly asksForNewest: boolean;
}
