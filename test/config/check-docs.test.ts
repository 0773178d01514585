import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LINTS } from '../../shared/config/kinds.js';
import { checked } from './checked.js';

const page = readFileSync(new URL('../../docs/check.md', import.meta.url), 'utf8');

const HEAD = `audiences: { hot: hot-1, vip: vip-1 }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://crm.example.com/x" } }
`;

test('every kind of finding is explained, with its severity, and no other', () => {
  const told = [...page.matchAll(/^### `(check\.[a-z-]+)` · (error|warning)$/gm)].map(
    ([, code, severity]) => [code, severity],
  );
  expect(Object.fromEntries(told)).toEqual(LINTS);
});

const [, profile = ''] = /^```json profile\n([\s\S]*?)^```$/m.exec(page) ?? [];

const examples = [...page.matchAll(/^```yaml finds (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, code = '', text = '']) => ({ code, text }),
);

test('every kind of finding has an example', () => {
  expect(new Set(examples.map(({ code }) => code))).toEqual(new Set(Object.keys(LINTS)));
});

test.each(examples)('the example of $code has that finding and no other', async ({ code, text }) => {
  const { findings } = await checked(HEAD + text, { './profile.schema.json': profile });
  expect(new Set(findings.map((finding) => finding.code))).toEqual(new Set([code]));
});
