import { textOf } from './casts.js';
import { quote } from './names.js';
import { Reference, referred } from './reference.js';
import type { FilePath, Reader, Scope, Sight } from './scope.js';

/** A placeholder: what it refers to and, after a bar, what stands there instead when there is no value. */
interface Placeholder {
  readonly reference: string;
  readonly fallback: string | undefined;
}

/** Texts and placeholders in turn. */
type Piece = string | Placeholder;

const PIECE = /\{([^{}|]*)(?:\|([^{}]*))?\}|[^{}]+|[{}]/g;

const STRAY =
  'a brace is for placeholders such as {person.name.firstName} or {person.name.firstName|friend}; a text with other braces can be written { liquid: text }';

/** Cuts a template into its pieces; gives what is wrong with it instead, for people. */
function piecesOf(text: string): readonly Piece[] | string {
  if (text.includes('{{')) {
    return 'placeholders have single braces, {person.name.firstName}; a text with double ones is written { liquid: text }';
  }
  const pieces: Piece[] = [];
  for (const [piece, inside, fallback] of text.matchAll(PIECE)) {
    if (piece === '{' || piece === '}') return STRAY;
    const reference = inside?.trim();
    if (reference === undefined) pieces.push(piece);
    else if (Reference.safeParse(reference).success) pieces.push({ reference, fallback });
    else {
      return `${quote(piece)} is no placeholder: it must hold an attribute path such as person.name.firstName, $key, or $identity.crmid`;
    }
  }
  if (pieces.some((piece) => typeof piece !== 'string')) return pieces;
  return 'has no placeholder such as {person.name.firstName}; a text that is always the same is written { value: text }';
}

type Writer = (sight: Sight) => string | undefined;

function writerOf(piece: Piece, scope: Scope): Writer {
  if (typeof piece === 'string') return () => piece;
  const read = referred(piece.reference, scope);
  return (sight) => textOf(read(sight)) ?? piece.fallback;
}

/**
 * The reader of a text with placeholders. A placeholder without value and without a text of its own leaves nothing to
 * write at all. A template that cannot be read is reported at `at`.
 */
export function templateReader(text: string, scope: Scope, at: FilePath): Reader {
  const pieces = piecesOf(text);
  if (typeof pieces === 'string') {
    scope.find(at, pieces);
    return () => undefined;
  }
  const writers = pieces.map((piece) => writerOf(piece, scope));
  return (sight) => {
    let written = '';
    for (const write of writers) {
      const part = write(sight);
      if (part === undefined) return undefined;
      written += part;
    }
    return written;
  };
}
