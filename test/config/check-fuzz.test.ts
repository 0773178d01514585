import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadConfig } from '../../shared/config/load.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { toolsFor } from '../../shared/tools/load.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { checked } from './checked.js';

const examples = resolve(import.meta.dirname, '../../examples');
const FILES = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('tributary.yaml'))
  .map((name) => readFileSync(join(examples, name), 'utf8'));
/** Words and signs that mean something somewhere in a file. */
const WORDS = FILES.flatMap((text) => text.split(/[\s,{}[\]]+/)).filter((word) => word !== '');

/** One slip of the hand: a word replaced, a line gone, doubled, moved inwards, cut off, or something strange put in. */
const slip = fc.record({
  at: fc.nat({ max: 1_000_000 }),
  kind: fc.constantFrom('word', 'drop', 'double', 'indent', 'cut', 'insert'),
  word: fc.oneof(
    fc.constantFrom(...WORDS),
    fc.constantFrom(
      '',
      '$key',
      'null',
      '{',
      '[',
      '- ',
      '"',
      ': ',
      '&a',
      '*a',
      '<<',
      '!!js',
      '\t',
      '\u0000',
      '7e999',
      '..',
      '[0]',
    ),
    fc.string({ maxLength: 8 }),
  ),
});
type Slip = typeof slip extends fc.Arbitrary<infer T> ? T : never;

function slipped(text: string, { at, kind, word }: Slip): string {
  const lines = text.split('\n');
  const i = at % lines.length;
  const line = lines[i] ?? '';
  const words = line.split(/(\s+|[,{}[\]])/);
  words[at % words.length] = word;
  const made = {
    word: [words.join('')],
    drop: [],
    double: [line, line],
    indent: [`  ${line}`],
    cut: [line.slice(0, at % (line.length + 1))],
    insert: [line.slice(0, at % (line.length + 1)) + word + line.slice(at % (line.length + 1))],
  };
  return lines.toSpliced(i, 1, ...made[kind as keyof typeof made]).join('\n'); // the kinds are the keys of `made`
}

const broken = fc
  .tuple(fc.constantFrom(...FILES), fc.array(slip, { minLength: 0, maxLength: 3 }))
  .map(([text, slips]) => slips.reduce(slipped, text));

/** Bodies that carry what the examples read, in every type. */
const value = fc.oneof(
  fc.constantFrom<unknown>('y', 'n', 'gold', '', 0, 1200, true, null, [], {}, ['a'], '2026-07-01', { a: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const profile = fc.record(
  {
    person: fc.oneof(value, fc.record({ name: fc.record({ firstName: value, lastName: value }) })),
    loyalty: fc.oneof(value, fc.record({ points: value, tier: value })),
    lead: fc.record({ score: value }),
    personalEmail: fc.oneof(value, fc.record({ address: value })),
    consents: fc.oneof(value, fc.record({ marketing: fc.record({ call: fc.record({ val: value }) }) })),
  },
  { requiredKeys: [] },
);

const audiences = [...FILES.join('\n').matchAll(/: ([0-9a-f]{8}-\S+)|id: ([a-z-]+),/g)].map(
  ([, a, b]) => a ?? b ?? '',
);
const record = fc.record({
  body: profile,
  memberships: fc.dictionary(fc.constantFrom(...audiences), fc.constantFrom('realized', 'exited')),
  upload: fc.dictionary(fc.constantFrom(...audiences), fc.constantFrom('realized', 'exited')),
});

test('whatever is written, check ends and tells; and a file without errors runs, whatever the profiles are', async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(broken, fc.array(record, { minLength: 1, maxLength: 4 }), async (text, records) => {
      const { findings } = await checked(text);
      for (const { line, column, message } of findings) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect(message).not.toBe('');
      }
      const loaded = loadConfig(text, 'f.yaml', {}, await toolsFor(text));
      // A setting that is missing here is a warning: the deployment may have it.
      if (findings.some(({ severity, code }) => severity !== 'warning' || code === 'config.missing-setting'))
        return;
      expect(loaded.ok).toBe(true);
      if (!loaded.ok) return;
      ran += 1;
      const { rules, connections } = loaded.config;
      const deps = fakeDeps(rules, fakeCrm());
      const connectors = new Map(
        [...connections.keys()].map((name) => [name, { ...fakeCrm(), name }] as const),
      );
      const messages = records.map(({ body, memberships, upload }, i) => ({
        id: String(i),
        at: 1_790_000_000_000 + i,
        source: 's',
        body: {
          ...body,
          identityMap: { crmid: [{ id: 'C-1' }], email: [{ id: 'ada@example.com' }] },
          segmentMembership: {
            ups: Object.fromEntries(Object.entries(memberships).map(([id, status]) => [id, { status }])),
            CustomerAudienceUpload: Object.fromEntries(
              Object.entries(upload).map(([id, status]) => [id, { status }]),
            ),
          },
        },
      }));
      const settlements = await createPipeline({ ...deps, connectors }).run(messages, { redelivers: false });
      expect(settlements.flatMap(({ endings }) => endings.map(({ name }) => name))).not.toContain('held');
    }),
    { numRuns: 300 },
  );
  // Else the second half has proved nothing.
  expect(ran).toBeGreaterThan(20);
});
