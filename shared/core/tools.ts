import { bad, type Result } from './fault.js';
import type { Json } from './ports.js';

/** What an expression or a customer's function may look at. Nothing else is within its reach. */
export interface Looking {
  /** Newest known value of an attribute path; undefined when there is none. */
  readonly value: (path: string) => Json | undefined;
  /** Value of the identity of a namespace (any case); undefined when there is none. */
  readonly identity: (namespace: string) => string | undefined;
  /** Whether the person is in an audience, by its declared name. */
  readonly member: (audience: string) => boolean;
  /** The person's key. */
  readonly key: string;
  /** The time of the newest record known, epoch microseconds: never the time of day, so that a replay decides alike. */
  readonly now: number;
}

/** What an expression was found to read, so that the view keeps just that. */
export interface Reads {
  readonly paths: readonly string[];
  readonly identities: readonly string[];
  readonly audiences: readonly string[];
  /** Whether it asks for the time; without this a {@link Looking} has none to tell. */
  readonly now?: boolean;
}

/** A compiled CEL condition. A value that is missing or of another type makes it bad, which counts as false. */
export interface CelCondition {
  readonly reads: Reads;
  readonly holds: (looking: Looking) => Result<boolean>;
}

/** What is wrong with a text, and where in it: offset from its start, UTF-16 units. */
export interface Slip {
  readonly at: number;
  readonly message: string;
}

/** A compiled Liquid text. */
export interface LiquidText {
  readonly reads: Reads;
  readonly render: (looking: Looking) => Result<string>;
}

/** A function of the customer's, by what it is used for. */
export type CustomerFunction =
  | { readonly kind: 'rule'; readonly reads: Reads; readonly holds: (looking: Looking) => Result<boolean> }
  | {
      readonly kind: 'mapping';
      readonly reads: Reads;
      readonly value: (looking: Looking) => Result<Json | undefined>;
    };

/**
 * What the core borrows from libraries. It is handed in, because the core imports none, and only what a file needs is
 * loaded at all. Compiling a bad pattern, expression or format is a bad {@link Result} with a message for people.
 */
export interface Tools {
  /** A pattern whose test takes time linear in the text. */
  pattern(source: string): Result<(text: string) => boolean>;
  /** An expression, or all that is wrong with it. */
  cel(source: string): { ok: true; value: CelCondition } | { ok: false; slips: readonly Slip[] };
  liquid(source: string): Result<LiquidText>;
  /** E.164 of a phone number as people write it (`country`: ISO 3166 code for national numbers); undefined when it is none. */
  phone(country: string | undefined): Result<(text: string) => string | undefined>;
  /** Text of an instant (epoch microseconds) in a format and IANA zone. */
  date(format: string, zone: string): Result<(micros: number) => string>;
  /** Gives the SHA-256 of a text's UTF-8 bytes, hexadecimal in small letters. */
  sha256(): Result<(text: string) => string>;
  readonly functions: ReadonlyMap<string, CustomerFunction>;
}

const unloaded = (what: string): string => `${what} cannot be used here: its library is not loaded`;
const missing = (what: string): Result<never> => bad('config.invalid', unloaded(what));

/** For files that need no library. */
export const NO_TOOLS: Tools = {
  pattern: () => missing('a pattern'),
  cel: () => ({ ok: false, slips: [{ at: 0, message: unloaded('a CEL expression') }] }),
  liquid: () => missing('a Liquid text'),
  phone: () => missing('a phone number'),
  date: () => missing('a date format'),
  sha256: () => missing('sha256'),
  functions: new Map(),
};
