import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lintConnections } from '../../shared/config/lint-connections.js';
import { dimensionText } from '../../shared/metrics/dimension-text.js';
import { findingsOf } from './checked.js';

const fileWith = (...names: string[]): string => `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections:
${names.map((name) => `  ${name}: { type: http, url: "https://crm.example.com/x" }`).join('\n')}
rules:
  - name: a
    when: { member: hot }
    do: [{ upsert: ${names[0]}/C, match: { I: $key }, set: { F: p.a } }]
`;

test('connections whose metrics are one series are told, at the name of the later one', async () => {
  expect(await findingsOf(fileWith('vertrieb-süd', 'vertrieb-söd'), /one-series/)).toEqual([
    '5:3 check.one-series connections.vertrieb-söd: metrics call it "vertrieb-s_d", and "vertrieb-süd" too: their numbers are added up; use names that differ in letters of ASCII',
  ]);
});

test('names that differ in ASCII are fine, whatever else is in them', async () => {
  expect(await findingsOf(fileWith('süd', 'nörd', 'sud'), /one-series/)).toEqual([]);
});

test('as many are told as there are connections more than series', () => {
  const names = fc.uniqueArray(
    fc.string({ unit: fc.constantFrom('a', 'ä', 'ö', '_', ':'), minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(names, (all) => {
      const connections = Object.fromEntries(all.map((name) => [name, { type: 'http' }]));
      const series = new Set(all.map(dimensionText));
      expect(lintConnections({ connections })).toHaveLength(all.length - series.size);
    }),
  );
});
