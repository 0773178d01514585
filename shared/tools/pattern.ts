import { RE2JS, RE2JSException } from 're2js';
import { bad, ok, type Result } from '../core/fault.js';

const MOST_CHARACTERS = 1_000;
/** Steps of the compiled pattern: every character of a text may have to be held against each. */
const MOST_STEPS = 1_000;

/**
 * Compiles a pattern of RE2 (https://github.com/google/re2/wiki/Syntax): no look-around, no back-references, and a test
 * takes time linear in the text, whatever the pattern. It is looked for anywhere in the text. Bad: `config.invalid`.
 */
export function linearPattern(source: string): Result<(text: string) => boolean> {
  if (source.length > MOST_CHARACTERS) {
    return bad(
      'config.invalid',
      `the pattern has ${source.length} characters; the limit is ${MOST_CHARACTERS}`,
    );
  }
  try {
    const pattern = RE2JS.compile(source);
    if (pattern.programSize() <= MOST_STEPS) return ok((text) => pattern.test(text));
    return bad('config.invalid', 'the pattern is too large; repeat less with {n}');
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const advice = 'patterns are those of RE2, without look-around and back-references';
    return bad(
      'config.invalid',
      `${error.message.replace(/^error parsing regexp: /, 'pattern: ')}; ${advice}`,
    );
  }
}
