import { expect, test } from 'vitest';
import { loadConfig } from '../../../shared/config/load.js';
import { NO_TOOLS } from '../../../shared/core/tools.js';
import { openSources } from '../../../shared/files/intake/open-sources.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { memoryFiles } from '../../../shared/files/places/memory.js';
import { silent } from '../../support/fakes.js';
import { world } from '../support/intake-world.js';
import { ONE_RULE } from '../support/one-rule.js';

const CONFIG = `${ONE_RULE}files:
  - { name: daily, from: "memory://in-turns", audience: hot, format: json, complete: { stable for: 1 second } }
`;

const NAME = 'a_20260901_020000.json';
const PEOPLE = 2_500;
/** Rows without a key: enough to fill pieces of their own. */
const OTHERS = 10_000;

test('a file of JSON that is read in turns is judged by all its rows, not by those of the last turn', async () => {
  const w = world({});
  const loaded = loadConfig(CONFIG, 'turns.yaml', {}, NO_TOOLS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  const { rules, files } = loaded.config;
  const secrets = { get: async () => '' };
  const opened = openSources(files, { rules, secrets, clock: w.clock, log: silent, random: () => 0.5 });
  // The rows behind the first pieces have no key: alone they would look like a file in which nobody can be found.
  const keyed = `{"identityMap":{"crmid":[{"id":"C-1"}]},"points":1}\n`.repeat(PEOPLE);
  const bytes = Buffer.from(`${keyed}${'{"points":3}\n'.repeat(OTHERS)}`);
  const entry = { name: NAME, size: bytes.length, at: 1, version: '1' };
  memoryFiles('in-turns').kept.set(NAME, { bytes, entry });
  let stops = 0;
  const sources = new Map(
    [...opened].map(([name, source]) => [
      name,
      {
        ...source,
        open: async (file: Parameters<typeof source.open>[0]) => {
          const table = await source.open(file);
          return {
            columns: table.columns,
            async *rows(from = 1) {
              for await (const rows of table.rows(from)) {
                yield rows;
                // Time is up behind the rows that have keys, and once only.
                const last = rows.at(-1)?.number ?? 0;
                if (last > PEOPLE && stops++ === 0) w.clock.advance(2 * TURN_MS);
              }
            },
          };
        },
      },
    ]),
  );
  const work = createFileWork({ ...w.deps, sources });
  const order = { work: 'rows', source: 'daily', name: NAME } as const;
  await work(order, { deadline: w.clock.now() + TURN_MS });
  const report = async () =>
    Buffer.from(memoryFiles('in-turns').kept.get(`${NAME}.tributary.json`)?.bytes ?? '').toString();
  expect([stops > 0, await report()]).toEqual([true, '']);
  expect(stops).toBe(1);
  await work(order, { deadline: w.clock.now() + TURN_MS });
  expect(JSON.parse(await report())).toMatchObject({ result: 'done', rows: PEOPLE + OTHERS });
});

const TURN_MS = 600_000;
