import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../shared/config/load.js';
import { Fault } from '../../../shared/core/fault.js';
import type { StateStore } from '../../../shared/core/ports.js';
import { NO_TOOLS } from '../../../shared/core/tools.js';
import { openSources } from '../../../shared/files/intake/open-sources.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { memoryFiles } from '../../../shared/files/places/memory.js';
import { encodeWithin } from '../../../shared/stores/deps.js';
import { silent } from '../../support/fakes.js';
import { world } from '../support/intake-world.js';
import { ONE_RULE } from '../support/one-rule.js';

const CONFIG = `${ONE_RULE}files:
  - { name: daily, from: "memory://long-names", audience: hot, complete: { stable for: 1 second } }
`;

/** A store in which an item has so much room. */
const roomy = (store: StateStore, bytes: number): StateStore => ({
  ...store,
  async write(entries) {
    try {
      for (const { state } of entries) encodeWithin(state, bytes, 'an item');
    } catch (error) {
      if (error instanceof Fault) return entries.map(() => ({ ok: false, reason: 'refused', fault: error }));
      throw error;
    }
    return store.write(entries);
  },
});

/** Works on one file for a few turns; gives its report, if there is one. */
async function reportOf(name: string, text: string, room: number) {
  const w = world({});
  const loaded = loadConfig(CONFIG, 'long.yaml', {}, NO_TOOLS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  const { rules, files } = loaded.config;
  const deps = { rules, secrets: { get: async () => '' }, clock: w.clock, log: silent, random: () => 0.5 };
  const { kept } = memoryFiles('long-names');
  const bytes = Buffer.from(text);
  kept.set(name, { bytes, entry: { name, size: bytes.length, at: 1, version: '1' } });
  const work = createFileWork({
    ...w.deps,
    sources: openSources(files, deps),
    store: roomy(w.deps.store, room),
  });
  for (let turn = 0; turn < 3; turn++) {
    await work({ work: 'rows', source: 'daily', name }, { deadline: w.clock.now() + 600_000 });
    w.clock.advance(1_000_000);
  }
  const report = Buffer.from(kept.get(`${name}.tributary.json`)?.bytes ?? '').toString();
  return { report, said: JSON.parse(report || 'null') };
}

/** Letters that do not become shorter when they are packed. */
function noise(length: number): string {
  let seed = 7;
  const letter = (): string => {
    seed = (seed * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (seed % 26));
  };
  return Array.from({ length }, letter).join('');
}

const DYNAMO = 400 * 1024 - 256;

test('rows of JSON with long names of their own are worked, and none of the names is kept', async () => {
  const long = noise(3000);
  const lines = Array.from(
    { length: 400 },
    (_, i) => `{"identityMap":{"crmid":[{"id":"C-${i}"}]},"${long}${i}":1}`,
  );
  const { report, said } = await reportOf('a_20260901_020000.json', lines.join('\n'), DYNAMO);
  expect(said).toMatchObject({ result: 'done', rows: 400, badRows: 0 });
  expect(report.length).toBeLessThan(3_000);
});

test('many names of no more than some hundred letters fit on the page and into the report', async () => {
  const long = noise(490);
  const lines = Array.from({ length: 2_000 }, (_, i) =>
    `{"identityMap":{"crmid":[{"id":"C-${i}"}]},"${i}${long.slice(i % 400)}${long}":1}`.slice(0, 540),
  );
  const whole = lines.map((line) => (line.endsWith('}') ? line : `${line.slice(0, 530)}":1}`));
  const { report, said } = await reportOf('b_20260901_020000.json', whole.join('\n'), DYNAMO);
  expect(said).toMatchObject({ result: 'done', rows: 2_000 });
  expect(report.length).toBeLessThan(20_000);
});

test('a header with an endless name refuses the file, and the report does not repeat it', async () => {
  const { report, said } = await reportOf(
    'c_20260901_020000.csv',
    `crmid,${noise(700_000)}\nC-1,2\n`,
    DYNAMO,
  );
  expect(said).toMatchObject({
    result: 'refused',
    why: { code: 'file.refused', text: expect.stringMatching(/^the name of column 2 has more than 500/) },
  });
  expect(report.length).toBeLessThan(3_000);
});

test('a file of which more is to be kept than fits is refused with a report and does not wait for ever', async () => {
  const nameOf = (i: number): string => createHash('sha256').update(String(i)).digest('hex');
  const rows = Array.from(
    { length: 300 },
    (_, i) => `{"${nameOf(i)}":1,"identityMap":{"crmid":[{"id":"C-${i}"}]}}`,
  );
  const { said } = await reportOf('d_20260901_020000.json', rows.join('\n'), 5_000);
  expect(said).toMatchObject({
    result: 'refused',
    why: { code: 'store.too-large', text: expect.stringMatching(/^what is to be kept of a file/) },
  });
});
