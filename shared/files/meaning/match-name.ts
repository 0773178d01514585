import { parseTime } from '../../core/time.js';
import { isUuid, type KnownAudiences } from './known-audiences.js';
import type { Macro, Tokens } from './template.js';

/** What stands at the places of the macros. */
export type Captures = ReadonlyMap<Macro, string>;

/** Longer names there are in no store (S3 and Blob: 1,024). */
export const MOST_CHARACTERS = 1_024;

const UUID_LENGTH = 36;

/** Every end of a text that begins at `from`, shortest first. */
function* anyEnd(text: string, from: number, least: number): Generator<number> {
  for (let end = from + least; end <= text.length; end++) yield end;
}

/** Ends of a run of digits of some lengths that make a time, a `_` between day and hour or not. */
function* timeEnds(text: string, from: number, lengths: readonly number[]): Generator<number> {
  for (const length of lengths) {
    const piece = text.slice(from, from + length);
    if (piece.length === length && /^\d+(?:_\d{6})?$/.test(piece) && timeIn(piece) !== undefined)
      yield from + length;
  }
}

/** The time that the digits of a name stand for, epoch milliseconds, in UTC; undefined when they are none. */
export function timeIn(digits: string): number | undefined {
  const micros = parseTime(digits);
  return micros === undefined ? undefined : Math.floor(micros / 1_000);
}

function* uuidEnd(text: string, from: number): Generator<number> {
  if (isUuid(text.slice(from, from + UUID_LENGTH))) yield from + UUID_LENGTH;
}

function* idEnds(text: string, from: number, { ids }: KnownAudiences): Generator<number> {
  yield* uuidEnd(text, from);
  for (const id of ids) if (text.startsWith(id, from)) yield from + id.length;
}

function* nameEnds(text: string, from: number, { byName, longestName }: KnownAudiences): Generator<number> {
  const last = Math.min(text.length, from + longestName + 1);
  for (let end = last; end > from; end--) if (byName(text.slice(from, end))) yield end;
}

/** Where a macro that begins at `from` may end, the likeliest first. Unless `loose`, audiences are known ones. */
function* endsOf(macro: Macro, text: string, from: number, { audiences, loose }: Looking): Generator<number> {
  switch (macro) {
    case 'DATETIME':
      yield* timeEnds(text, from, [15, 14]);
      return;
    case 'TIMESTAMP':
      yield* timeEnds(text, from, [13, 10]);
      return;
    case 'SEGMENT_ID':
      // Whatever else stands there: an id of no form could be anything, and rows about it would be nobody's.
      yield* idEnds(text, from, audiences);
      return;
    case 'SEGMENT_NAME':
      yield* nameEnds(text, from, audiences);
      break;
    case 'DESTINATION_INSTANCE_ID':
      yield* uuidEnd(text, from);
      break;
    default:
      yield* anyEnd(text, from, 1);
      return;
  }
  if (loose) yield* anyEnd(text, from, 1);
}

interface Looking {
  readonly audiences: KnownAudiences;
  readonly loose: boolean;
}

/** The search for one text: what has failed once is not tried again, so that the time is bounded by the square of its length. */
class Search {
  private readonly tokens: Tokens;
  private readonly text: string;
  private readonly looking: Looking;
  private readonly failed = new Set<number>();
  readonly captures = new Map<Macro, string>();

  constructor(tokens: Tokens, text: string, looking: Looking) {
    this.tokens = tokens;
    this.text = text;
    this.looking = looking;
  }

  /** Whether the tokens from one on take the text from a place on to its end. */
  fits(index: number, from: number): boolean {
    const token = this.tokens[index];
    if (token === undefined) return from === this.text.length;
    const place = index * (MOST_CHARACTERS + 1) + from;
    if (this.failed.has(place)) return false;
    for (const end of this.endsAt(index, from)) {
      if (!this.fits(index + 1, end)) continue;
      if ('macro' in token) this.captures.set(token.macro, this.text.slice(from, end));
      return true;
    }
    this.failed.add(place);
    return false;
  }

  private *endsAt(index: number, from: number): Generator<number> {
    const token = this.tokens[index];
    if (token === undefined) return;
    if ('literal' in token) {
      if (this.text.startsWith(token.literal, from)) yield from + token.literal.length;
    } else if ('any' in token) yield* anyEnd(this.text, from, 0);
    else yield* endsOf(token.macro, this.text, from, this.looking);
  }
}

/** What the macros stand for when a text is written as some tokens say; undefined when it is not. */
export function matchTokens(tokens: Tokens, text: string, looking: Looking): Captures | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const search = new Search(tokens, text, looking);
  return search.fits(0, 0) ? search.captures : undefined;
}
