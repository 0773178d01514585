import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runWhy } from '../../cli/why.js';
import { auditOn } from '../../shared/audit/audit.js';
import { loadRules } from '../../shared/config/load-rules.js';
import { AuditEntry } from '../../shared/core/audit.js';
import { AuditSection, auditOf } from '../../shared/core/audit-section.js';
import type { Action, Outcome } from '../../shared/core/remote.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { closeMemories, openStore } from '../../shared/stores/open.js';
import { runLent } from '../cli/lent-world.js';
import { fakeClock, fakeCrm, fakeDeps } from '../support/fakes.js';
import { blocks, page, table } from './markdown.js';
import { shownIn } from './shown-commands.js';

const docs = page('why.md');
const config = 'examples/sales-follow-up/tributary.yaml';
const clock = fakeClock(Date.parse('2026-11-20T09:30:05Z'));
const env = { TRIBUTARY_CONFIG: config, TRIBUTARY_STATE: 'memory:docs-why' };

/** A record of C-1, `hours` after the first. */
const record = (hours: number, status: string, more: object) => ({
  id: `4966372${hours}`,
  source: 'kinesis:tributary',
  at: clock.now() - 1500,
  body: {
    identityMap: { crmid: [{ id: 'C-1' }] },
    segmentMembership: {
      ups: {
        '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae': {
          status,
          lastQualificationTime: new Date(clock.now() - 20_000).toISOString(),
        },
      },
    },
    person: { name: { firstName: 'Ada', lastName: 'Example' } },
    loyalty: { points: 1200 },
    ...more,
  },
});

const yes = { consents: { marketing: { call: { val: 'y' } } } };

beforeAll(async () => {
  const loaded = loadRules(
    readFileSync(resolve(import.meta.dirname, '../..', config), 'utf8'),
    config,
    NO_TOOLS,
  );
  if (!loaded.ok) throw new Error('the example is wrong');
  let rows = 0;
  const answer = ({ object, fields }: Action): Outcome => {
    if (object === 'Message') return { kind: 'accepted' };
    if (fields['LastName'] === 'x'.repeat(90))
      return { kind: 'rejected', code: 'STRING_TOO_LONG', text: 'too long', field: 'LastName' };
    rows += 1;
    return { kind: 'accepted', id: '0035g00000XyZ12AAF', created: rows === 1 };
  };
  const crm = fakeCrm({ answer });
  const store = await openStore(env.TRIBUTARY_STATE, { clock });
  const deps = fakeDeps(loaded.rules, crm);
  const pipeline = createPipeline({
    ...deps,
    connectors: new Map([
      ['sales', crm],
      ['chat', crm],
    ]),
    store,
    clock,
    pseudonym: () => '3f9a1c0d5b7e2a44',
    audit: auditOn(store, clock, { days: 30, values: false }),
  });
  const run = async (hours: number, status: string, more: object): Promise<void> => {
    await pipeline.run([record(hours, status, more)], { redelivers: true });
    clock.advance(3_600_000);
  };
  await run(0, 'realized', yes);
  await run(1, 'exited', yes);
  await run(2, 'exited', { ...yes, person: { name: { firstName: 'Ada', lastName: 'x'.repeat(90) } } });
  await run(3, 'realized', { consents: { marketing: { call: { val: 'n' } } } });
});
afterAll(closeMemories);

describe('docs/why.md', () => {
  test.each(shownIn(docs))('$commands prints what the page says', async ({ commands, output }) => {
    const [, , ...args] = commands.trim().split(/\s+/);
    const { out } = await runLent(runWhy, args, { env, clock });
    expect(out).toBe(output);
  });

  test('the settings of the file are settings', () => {
    const shown = blocks(docs, 'yaml').map((text) => text.replace(/#.*$/gm, '').trim());
    expect(shown.length).toBeGreaterThan(0);
    for (const text of shown) {
      const [, section = ''] = /^audit: (.+)$/.exec(text) ?? [];
      const value = section.startsWith('{') ? JSON.parse(section.replaceAll(/(\w+):/g, '"$1":')) : section;
      expect(AuditSection.safeParse(value).success).toBe(true);
    }
    expect(auditOf(undefined)).toEqual({ days: 30, values: false });
  });

  test('the answers are those there are', () => {
    expect(table(docs, 'answer').map(([name]) => name)).toEqual(AuditEntry.shape.answer.shape.kind.options);
    expect(table(docs, 'nothing, because').map(([name]) => name)).toEqual(
      AuditEntry.shape.answer.shape.why.unwrap().options,
    );
  });
});
