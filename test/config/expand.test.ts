import { expect, test } from 'vitest';
import { expandSettings } from '../../shared/config/expand.js';
import type { Finding } from '../../shared/core/compile.js';

function expand(value: unknown, settings: Record<string, string> = {}) {
  const missing: Finding[] = [];
  return { value: expandSettings(value, settings, ['connections', 'x'], missing), missing };
}

test('settings are put in, at any depth, several in one text', () => {
  const value = { url: `https://\${HOST}/\${PATH_1}`, list: [{ a: `\${HOST}` }, 7, null, true] };
  expect(expand(value, { HOST: 'api.example.com', PATH_1: 'v1' })).toEqual({
    value: { url: 'https://api.example.com/v1', list: [{ a: 'api.example.com' }, 7, null, true] },
    missing: [],
  });
});

test('a setting that is absent or empty is a finding with its path', () => {
  const { missing } = expand({ a: [`\${HOST}`], b: `\${EMPTY}` }, { EMPTY: '' });
  expect(missing.map(({ code, path }) => [code, path])).toEqual([
    ['config.missing-setting', ['connections', 'x', 'a', 0]],
    ['config.missing-setting', ['connections', 'x', 'b']],
  ]);
});

test('the placeholders of HTTP templates are left to them, whatever the environment holds', () => {
  const body = { id: `\${key}`, type: `\${object}`, all: `\${fields}`, one: `\${fields.Email}` };
  expect(expand(body, { key: 'wrong', object: 'wrong', fields: 'wrong' })).toEqual({
    value: body,
    missing: [],
  });
});
