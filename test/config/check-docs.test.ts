import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LINTS } from '../../shared/config/kinds.js';
import { checked } from './checked.js';

const page = readFileSync(new URL('../../docs/check.md', import.meta.url), 'utf8');

const HEAD = `audiences: { hot: hot-1, vip: vip-1 }
person: { key: [crmid] }
`;
const SALES = 'connections: { sales: { type: http, url: "https://crm.example.com/x" } }\n';

test('every kind of finding is explained, with its severity, and no other', () => {
  const told = [...page.matchAll(/^### `(check\.[a-z-]+)` · (error|warning)$/gm)].map(
    ([, code, severity]) => [code, severity],
  );
  expect(Object.fromEntries(told)).toEqual(LINTS);
});

const [, profile = ''] = /^```json profile\n([\s\S]*?)^```$/m.exec(page) ?? [];

const [, fields = ''] = /^```json fields\n([\s\S]*?)^```$/m.exec(page) ?? [];

const examples = [...page.matchAll(/^```yaml finds (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, code = '', text = '']) => ({ code, text }),
);

test('every kind of finding has an example', () => {
  expect(new Set(examples.map(({ code }) => code))).toEqual(new Set(Object.keys(LINTS)));
});

/** Only the examples about fields have a list of them, at its usual place. */
const besideOf = (code: string) => ({
  './profile.schema.json': profile,
  ...(code.endsWith('-field') && { '.tributary/fields/sales.json': fields }),
});

test.each(examples)('the example of $code has that finding and no other', async ({ code, text }) => {
  const { findings } = await checked(
    HEAD + (/^connections:/m.test(text) ? '' : SALES) + text,
    besideOf(code),
  );
  const others = findings
    .map((finding) => finding.code)
    .filter((other) => code === 'check.untested' || other !== 'check.untested');
  expect(new Set(others)).toEqual(new Set([code]));
});
