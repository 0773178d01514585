import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runPlan } from '../../cli/plan.js';
import type { Message } from '../../shared/core/ports.js';
import { type Action, OPERATIONS } from '../../shared/core/remote.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { jsonLines, runLent } from '../cli/lent-world.js';
import { fakeCrm, fakeDeps, rulesOf } from '../support/fakes.js';
import { batches, historyAndShuffle, levelFile } from '../support/histories.js';
import { everyOperation, linesOf } from './every-operation.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, rules: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, stringify(rules));
  return path;
}

/** What `tributary plan --json` says of messages: the actions, and when each record counts as taken in. */
async function planned(config: string, messages: readonly Message[], more: readonly string[] = []) {
  const said = await runLent(runPlan, ['--config', config, '--json', '--all', ...more], {
    input: linesOf(messages),
  });
  const lines = jsonLines(said.out);
  const actions = lines
    .filter(({ type }) => type === 'action')
    .map(({ connection, operation, object, list, key, fields, idempotencyKey, asOf, causes }) => ({
      action: {
        connection,
        operation,
        object,
        key,
        fields,
        ...(list ? { list } : {}),
        ...(idempotencyKey ? { idempotencyKey } : {}),
        asOf,
      },
      causes,
    }));
  const records = lines.filter(({ type }) => type === 'record');
  return { actions, records, endings: records.map(({ ending }) => ending) };
}

/** The messages as a stream hands them over, taken in when the plan says. */
const taken = (messages: readonly Message[], records: readonly Record<string, unknown>[]): Message[] =>
  messages.map((message, i) => ({ ...message, at: Date.parse(String(records[i]?.['at'])) }));

/** Rows are written again after two and a half seconds, which is within a history. */
const refreshed = { ...everyOperation, refresh: { days: 2.5 / 86_400 } };

test.each([
  ['', everyOperation],
  [', rows that grow old among them', refreshed],
])(
  'what plan prints is what the pipeline delivers, action by action, and the endings are the same%s',
  async (_, file) => {
    const config = fileOf('every.yaml', file);
    const rules = rulesOf(file);
    const operations = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(historyAndShuffle, async ({ shuffled }) => {
        const { actions, records, endings } = await planned(config, shuffled);
        const crm = fakeCrm();
        const deps = fakeDeps(rules, crm);
        const pipeline = createPipeline(deps);
        const ended: string[] = [];
        for (const message of taken(shuffled, records)) {
          deps.clock.advance(message.at - deps.clock.now());
          const [settlement] = await pipeline.run([message], { redelivers: true });
          ended.push(...(settlement?.endings.map(({ name }) => name) ?? []));
        }
        expect(actions.map(({ action }) => action)).toEqual(crm.calls.flat());
        expect(endings).toEqual(ended);
        for (const { action } of actions) operations.add(action.operation);
      }),
      { numRuns: 200 },
    );
    expect([...operations].sort()).toEqual([...OPERATIONS].sort());
  },
);

test('whatever the batches of the deployment, the rows of level rules end as plan says', async () => {
  const config = fileOf('levels.yaml', levelFile);
  const rules = rulesOf(levelFile);
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, async ({ history, cuts }) => {
      const { actions, records } = await planned(config, history);
      const said = fakeCrm();
      for (const { action } of actions)
        await said.send([action as unknown as Action], new AbortController().signal);
      const crm = fakeCrm();
      const pipeline = createPipeline(fakeDeps(rules, crm));
      for (const batch of batches(taken(history, records), cuts))
        await pipeline.run(batch, { redelivers: true });
      expect(said.rows).toEqual(crm.rows);
    }),
    { numRuns: 200 },
  );
});

test('to go on from a saved state is the same as never to have stopped', async () => {
  const config = fileOf('every.yaml', everyOperation);
  const state = join(folder, 'state');
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, fc.nat({ max: 12 }), async ({ shuffled }, cut) => {
      const whole = await planned(config, shuffled);
      const first = await planned(config, shuffled.slice(0, cut), ['--save-state', state]);
      const second = await planned(config, shuffled.slice(cut), ['--state', state, '--save-state', state]);
      expect([...first.actions, ...second.actions]).toEqual(whole.actions);
      expect([...first.endings, ...second.endings]).toEqual(whole.endings);
    }),
    { numRuns: 100 },
  );
});
