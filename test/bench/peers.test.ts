import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { dissenters } from '../../bench/contestant.js';
import { standing } from '../../bench/peers.js';
import { arePeersInstalled, openPeers, whyNotInstalled } from '../../bench/peers-load.js';
import { contestsOf } from '../../bench/peers-measure.js';
import { readResults } from '../../bench/results.js';
import { spread } from '../../bench/rounds.js';

const MAPPERS = [
  'plain JavaScript',
  'Segment mapping-kit, transform',
  'Segment mapping-kit, transformBatch',
  'RudderStack templates',
  'JSONata',
];
const DECIDERS = [
  'plain JavaScript',
  'RudderStack templates',
  'json-logic-engine',
  "Segment's FQL",
  'cel-js',
  'JSONata',
  'json-rules-engine',
];
const UNCHECKED = 'bare base64 + JSON.parse, unchecked';
const DECODERS = [
  UNCHECKED,
  'zod alone',
  'zod alone, compiled',
  'Powertools parser, KinesisEnvelope',
  'Powertools batch + parser, schema',
  'Powertools batch + parser, innerSchema',
  'Powertools batch, zod in the handler',
];
const EVERYBODY: Readonly<Record<string, readonly string[]>> = {
  'mapping, 8 fields': MAPPERS,
  'mapping, 11 fields': MAPPERS,
  'condition, 1 audience': DECIDERS,
  'condition, any of 3 audiences': DECIDERS,
  'decode and check': DECODERS,
};
/** They are ours, or nobody's. */
const ALWAYS = ['plain JavaScript', UNCHECKED];

const installed = await arePeersInstalled();
if (!installed)
  process.stderr.write(
    '\nTESTED LESS: the peers of bench/peers are not installed (npm run bench -- --only peers does it): only plain JavaScript was held against ours.\n\n',
  );

test('every peer is there when they are installed, and does the same as we do', async () => {
  const peers = openPeers();
  const contests = contestsOf(peers);
  expect(contests.map(({ name }) => name)).toEqual(Object.keys(EVERYBODY));
  for (const contest of contests) {
    const all = EVERYBODY[contest.name] ?? [];
    const wanted = installed ? all : all.filter((name) => ALWAYS.includes(name));
    expect(contest.rivals.map(({ name }) => name)).toEqual(expect.arrayContaining([...wanted]));
    expect(await dissenters(contest)).toEqual([]);
  }
  if (installed) expect([...peers.missing]).toEqual([]);
});

test('everybody refuses what must be refused, but the one that says it checks nothing', async () => {
  const contest = contestsOf(openPeers()).find(({ name }) => name === 'decode and check');
  expect(contest?.bad?.length).toBeGreaterThan(0);
  const lax = contest?.rivals.filter(({ refuses }) => refuses === undefined);
  expect(lax?.map(({ name }) => name)).toEqual([UNCHECKED]);
});

test('a target is about the peers as they are called', () => {
  if (!installed) return;
  for (const { name, target, rivals } of contestsOf(openPeers()))
    for (const meant of target?.rivals ?? [])
      expect(
        rivals.map((rival) => rival.name),
        name,
      ).toContain(meant);
});

test('cel-js is the one of the peers, not the one of the project', () => {
  const [contest] = contestsOf({ load: () => undefined, missing: new Map() }).filter(({ name }) =>
    name.startsWith('condition'),
  );
  expect(contest?.rivals.map(({ name }) => name)).toEqual(['plain JavaScript']);
});

test('what the project has of its own does not stand in for a peer that is not installed', () => {
  const peers = openPeers(import.meta.dirname);
  for (const name of ['zod', '@marcbachmann/cel-js']) {
    expect(peers.load(name)).toBeUndefined();
    expect(peers.missing.get(name)).toContain('not installed');
  }
});

test('who is ahead, and who is on a par, is said as plainly as who is behind', () => {
  expect(standing(spread([0.5, 0.5, 0.5]))).toMatch(/^AHEAD: /);
  expect(standing(spread([0.9, 0.95, 1.05, 1.2]))).toMatch(/^ON A PAR: /);
  expect(standing(spread([0.98, 0.98, 0.98]))).toMatch(/^ON A PAR: /);
  expect(standing(spread([1.08, 1.08, 1.08]))).toMatch(/^ON A PAR: /);
  expect(standing(spread([2, 2, 2]))).toMatch(/^tributary is 2\.00 .* × as fast$/);
});

test('what npm says is told, with what to do', () => {
  const stderr = `npm warn Unknown user config "nodedir".
npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/zod failed, reason: connect ECONNREFUSED 127.0.0.1:9
npm error     at ClientRequest.<anonymous> (index.js:130:14)
npm error A complete log of this run can be found in: debug-0.log
`;
  const failed = Object.assign(new Error(`Command failed: npm ci --ignore-scripts\n${stderr}`), { stderr });
  const told = whyNotInstalled(failed);
  expect(told).toContain('request to http://127.0.0.1:9/zod failed, reason: connect ECONNREFUSED');
  expect(told).toContain('registry');
  expect(told.split('\n')).toHaveLength(1);
  expect(whyNotInstalled(new Error('spawn npm ENOENT'))).toContain('spawn npm ENOENT');
});

test('the page names everybody who was ahead or on a par in the committed results', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../bench/README.md'), 'utf8');
  const [, section = ''] = page.split('## Where we are not ahead');
  const [before = ''] = section.split('\n## ');
  const { peers } = await readResults();
  for (const [name, ratio] of Object.entries(peers?.ratios ?? {}))
    if (!standing(ratio).startsWith('tributary is')) expect(before).toContain(name.split(', against ')[1]);
});
