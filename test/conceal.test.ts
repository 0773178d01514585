import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concealed } from '../shared/conceal.js';
import { Fault } from '../shared/core/fault.js';

const stackOf = (error: unknown): string => concealed(error).stack ?? '';

test('of an unexpected error name and frames get out, its message does not', () => {
  const out = stackOf(new TypeError('cannot read Ada'));
  expect(out).toMatch(/^TypeError: An unexpected error; .*\n {4}at .*conceal\.test\.ts:\d+:\d+/);
  expect(out).not.toContain('Ada');
  expect(stackOf(new Error(''))).toContain('conceal.test.ts');
});

test.each([
  ['looks like a frame', '\n    at ada@example.com, +44 20 7946 0000'],
  ['looks like one to the last letter', '\n    at ada (ada@example.com:1:2)'],
  ['is nothing but frames', '    at ada@example.com:1:2\n    at ada@example.com:1:2'],
])('a line of the message that %s stays in', (_, message) => {
  const out = stackOf(new Error(message));
  expect(out).not.toContain('ada@');
  expect(out).toContain('conceal.test.ts');
});

test('what JSON.parse quotes stays in', () => {
  let thrown: unknown;
  try {
    JSON.parse('{"n":\n    at ada@example.com');
  } catch (error) {
    thrown = error;
  }
  const out = stackOf(thrown);
  expect(out).toMatch(/^SyntaxError: /);
  expect(out).not.toContain('ada@');
});

test('an error whose message or stack was changed keeps no frames, for nobody can tell them from it', () => {
  const changed = new Error('Ada\n    at ada@example.com:1:2');
  changed.message = 'wrapped';
  expect(stackOf(changed)).not.toContain('ada@');
  const shorter = new Error('Ada\n    at ada@example.com:1:2');
  shorter.message = 'Ad';
  expect(stackOf(shorter)).not.toContain('ada@');
  const longer = new Error('x');
  longer.stack += '\nCaused by: Ada\n    at ada (ada@example.com:1:2)';
  expect(stackOf(longer)).not.toContain('ada@');
});

test('a name that is none is not told', () => {
  const error = new Error('x');
  error.name = 'ada@example.com';
  expect(stackOf(error)).toMatch(/^Error: An unexpected error/);
});

test('no message gets out, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('\n', '    at ', ' (', 'f.ts:1:2', ')', 'Error: ', ' ')),
      (parts) => {
        const out = stackOf(new Error([...parts, 'ada@example.com', ...parts.toReversed()].join('')));
        expect(out).not.toContain('ada@');
      },
    ),
  );
});

test('a fault gets out as it is, its cause does not', () => {
  const out = concealed(new Fault('decode.json', 'no JSON', { cause: new Error('Ada') }));
  expect(out).toMatchObject({ code: 'decode.json', message: 'no JSON' });
  expect(out.cause).toBeUndefined();
});
