import type { Subject } from './expression.js';
import { type Token, Unreadable } from './expression-tokens.js';
import { quote } from './names.js';
import { Path } from './path.js';

const IDENTITY = /^\$identity\.([\w-]+)$/;

/** What a word of a condition stands for. Throws {@link Unreadable} when it is nothing that can be looked at. */
export function subjectOf({ text, at }: Token): Subject {
  if (text === '$key') return { kind: 'key' };
  const namespace = IDENTITY.exec(text)?.[1];
  if (namespace !== undefined) return { kind: 'identity', namespace };
  if (Path.safeParse(text).success) return { kind: 'path', path: text };
  const what = text.startsWith('$')
    ? `${quote(text)} is neither $key nor $identity with a namespace, such as $identity.email`
    : `${quote(text)} is no attribute path such as loyalty.points`;
  throw new Unreadable(at, what);
}
