import { expect, test } from 'vitest';
import { openSources } from '../../../shared/files/intake/open-sources.js';
import type { FileSource } from '../../../shared/files/intake/source.js';
import { memoryFiles } from '../../../shared/files/places/memory.js';
import { fakeClock, silent } from '../../support/fakes.js';
import { configWith, HOT } from '../meaning/stage.js';

let places = 0;

/** A source with a place of its own in memory. */
function stage(complete: string) {
  const root = `expected-${++places}`;
  const { files, rules } = configWith(`complete: ${complete}\nsnapshot: true`);
  const here = files.map((rule) => ({ ...rule, from: `memory://${root}` }));
  const secrets = { get: async () => '' };
  const sources = openSources(here, { rules, secrets, clock: fakeClock(), log: silent, random: () => 0.5 });
  const source = sources.get('daily');
  if (!source) throw new Error('there is no entry');
  const kept = memoryFiles(root);
  const put = (name: string, text: string, at = 0): void => {
    const bytes = Buffer.from(text);
    kept.writes += 1;
    kept.kept.set(name, { bytes, entry: { name, size: bytes.length, at, version: String(kept.writes) } });
  };
  const manifest = (name: string, listed: readonly object[], at: number): void =>
    put(name, JSON.stringify({ exportResults: listed }), at);
  return { source, put, manifest };
}

const expected = async (source: FileSource, name: string) =>
  source.expectedParts(name, await source.place(), { since: 0, isLate: () => false });

const NAME = `Acme_${HOT}_20260902_020000`;

test('the parts of one export, of what its manifest lists', async () => {
  const { source, manifest } = stage('{ manifest: true }');
  const other = { name: `Acme_${HOT}_20260901_020000_3.csv`, size: 9 };
  const parts = [
    { name: `${NAME}.csv`, size: 5 },
    { name: `${NAME}_2.csv`, size: 7 },
  ];
  manifest('manifest-one.json', [...parts, other, { name: 'manifest-one.json', size: 1 }], 10);
  expect(await expected(source, `${NAME}.csv`)).toEqual(parts);
  expect(await expected(source, `${NAME}_2.csv`)).toEqual(parts);
  expect(await expected(source, other.name)).toEqual([other]);
  expect(await expected(source, `Acme_${HOT}_20260903_020000.csv`)).toEqual([]);
});

test('the newest manifest speaks, wherever it lies and in whatever order they are found', async () => {
  const older = [
    { name: `${NAME}.csv`, size: 5 },
    { name: `${NAME}_2.csv`, size: 7 },
  ];
  const newer = [{ name: `${NAME}.csv`, size: 6 }];
  for (const order of [1, -1]) {
    const { source, manifest } = stage('{ manifest: true }');
    const all = [
      ['manifest-a.json', older, 10],
      ['manifest-b.json', newer, 20],
    ] as const;
    for (const [name, listed, at] of order > 0 ? all : all.toReversed()) manifest(name, listed, at);
    expect(await expected(source, `aep/${NAME}.csv`)).toEqual([{ name: `aep/${NAME}.csv`, size: 6 }]);
  }
});

test('what is no manifest yet says nothing, and without manifests nobody asks', async () => {
  const { source, put } = stage('{ manifest: true }');
  put('manifest-a.json', '{"exportResults":[{"name":');
  expect(await expected(source, `${NAME}.csv`)).toEqual([]);
  const still = stage('{ stable for: 5 minutes }');
  still.manifest('manifest-a.json', [{ name: `${NAME}.csv`, size: 5 }], 10);
  expect(await expected(still.source, `${NAME}.csv`)).toEqual([]);
});
