import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SPANS } from '../../shared/core/spans.js';
import { ATTRIBUTES } from '../../shared/traces/attributes.js';

const page = readFileSync(new URL('../../docs/traces.md', import.meta.url), 'utf8');

test('docs/traces.md has each span, as the list has it, and no other', () => {
  const rows = [...page.matchAll(/^\| `([a-z.]+)` \| (.*) \|$/gm)].map(([, name = '', says]) => [name, says]);
  expect(rows.filter(([name = '']) => name in SPANS)).toEqual(Object.entries(SPANS));
});

test('and each attribute, and no other', () => {
  const named = new Set([...page.matchAll(/`(tributary\.[a-z_.*]+)`/g)].map(([, name = '']) => name));
  expect([...named].sort()).toEqual([...ATTRIBUTES].sort());
});
