import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import { keptHash } from '../../shared/stores/kept-name.js';
import { closeMemories, openKept } from '../../shared/stores/open.js';
import { HOSTILE, NOW, noise, sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { tributaryParked } from './parked-world.js';

const ENV = { TRIBUTARY_PARKING: 'memory:cli', TRIBUTARY_DEAD_LETTERS: 'memory:cli' };
const run = (...args: string[]) => tributaryParked(args, ENV);
const place = (setting: 'PARKING' | 'DEAD_LETTERS') =>
  openKept(`TRIBUTARY_${setting}`, 'memory:cli', fakeClock());

const ADA = 'ada@example.com';
const refused = sample(
  {
    fault: new Fault('remote.rejected', `sales refused the row: DUPLICATE_VALUE ${ADA}`),
    remote: { connection: 'sales', code: 'DUPLICATE_VALUE', text: `duplicate: ${ADA}`, field: 'Email' },
    at: NOW - 3 * 3_600_000,
    person: 'aaaaaaaaaaaaaaaa',
  },
  { id: '0/17', source: 'eventhub:exports', body: Buffer.from(JSON.stringify({ email: ADA })) },
);
const malformed = sample(
  { fault: new Fault('decode.json', 'the text is not JSON'), at: NOW - 60_000, record: 2 },
  { id: '4968', source: 'kinesis:tributary-dev-events', body: gzipSync(`not JSON ${ADA}`) },
);
const locked = sample({ at: NOW - 1_000, attempts: 3, person: 'bbbbbbbbbbbbbbbb' }, { id: '4968' });
const tired = sample(
  { fault: new Fault('park.exhausted', `the last time for remote.rejected: ${ADA}`), at: NOW - 1_000 },
  { source: 'file:ada.csv', id: 'row 7', body: noise(64) },
);
const all = [refused, malformed, locked, tired];

const refs = (kept: readonly KeptMessage[]): string[] => kept.map((one) => keptHash(one).slice(0, 12)).sort();
const listed = async (...args: string[]): Promise<string[]> => {
  const { status, out } = await run('list', '--json', ...args);
  expect(status).toBe(0);
  return JSON.parse(out)
    .kept.map(({ ref }: { ref: string }) => ref)
    .sort();
};

beforeEach(async () => {
  await (await place('DEAD_LETTERS')).bury([refused, malformed, tired]);
  await (await place('PARKING')).park([locked]);
});
afterEach(closeMemories);

describe('which are meant', () => {
  test.each<[string[], KeptMessage[]]>([
    [[], all],
    [
      ['--from', 'letters'],
      [refused, malformed, tired],
    ],
    [['--from', 'queue'], [locked]],
    [['--source', 'eventhub:exports'], [refused]],
    [['--source', 'eventhub'], []],
    [
      ['--source', 'kinesis:*'],
      [malformed, locked],
    ],
    [['--code', 'remote.rejected'], [refused]],
    [
      ['--code', 'remote'],
      [refused, locked],
    ],
    [['--person', 'bbbbbbbbbbbbbbbb'], [locked]],
    [
      ['--since', '2m'],
      [malformed, locked, tired],
    ],
    [['--since', '4h'], all],
    [
      ['--since', new Date(NOW - 1_000).toISOString()],
      [locked, tired],
    ],
    [['--record', '0/17'], [refused]],
    [
      ['--record', '4968'],
      [malformed, locked],
    ],
    [['--record', '4968#2'], [malformed]],
    [['--record', keptHash(tired).slice(0, 12)], [tired]],
    [
      ['--record', keptHash(tired).slice(0, 6), '--record', '0/17'],
      [tired, refused],
    ],
    [['--code', 'remote', '--since', '1h'], [locked]],
  ])('%j', async (args, meant) => {
    if (meant.length > 0 || !args.includes('--record')) expect(await listed(...args)).toEqual(refs(meant));
  });

  test('no more than the limit, over both places, and it is said that there are more', async () => {
    expect(await listed('--limit', '2')).toHaveLength(2);
    expect(await listed('--limit', '4')).toHaveLength(4);
    const moreBeyond = async (...args: string[]) => {
      const [{ err }, { out }] = await Promise.all([run('list', ...args), run('list', '--json', ...args)]);
      expect(JSON.parse(out).more).toBe(err.includes('; there are more than --limit'));
      return JSON.parse(out).more;
    };
    // Three lie in one place, one in the other.
    for (const limit of ['1', '2', '3']) expect(await moreBeyond('--limit', limit)).toBe(true);
    expect(await moreBeyond('--limit', '4')).toBe(false);
    expect(await moreBeyond()).toBe(false);
    expect(await moreBeyond('--limit', '1', '--code', 'remote.rejected')).toBe(false);
  });

  test('a person by namespace and id, as `why` takes them: named with the key of the deployment', async () => {
    const key = 'a key of 16 letters or more';
    const name = (id: string) => createHmac('sha256', key).update(id).digest('hex').slice(0, 16);
    const [mail, id] = ['a', 'b'].map((tag) => sample({ person: name(`${tag}:Ada:1`) }, { id: tag }));
    await (await place('DEAD_LETTERS')).bury([mail, id].flatMap((one) => one ?? []));
    const found = async (who: string, more: Record<string, string>) => {
      const said = await tributaryParked(['list', '--json', '--person', who], { ...ENV, ...more });
      return said.status === 0 ? JSON.parse(said.out).kept.map((one: { id: string }) => one.id) : said.err;
    };
    const plainly = { TRIBUTARY_LOG_KEY: key };
    const secretly = { TRIBUTARY_LOG_KEY: 'secret:log-key', TRIBUTARY_SECRET_LOG_KEY: key };
    for (const more of [plainly, secretly]) {
      expect(await found('a:Ada:1', more)).toEqual(['a']);
      expect(await found('A:Ada:1', more)).toEqual(['a']);
      expect(await found('b:Ada:1', more)).toEqual(['b']);
      expect(await found('b:ada:1', more)).toEqual([]);
    }
    expect(await found(name('b:Ada:1'), {})).toEqual(['b']);
    expect(await found('b:Ada:1', {})).toMatch(/config.missing-setting.*TRIBUTARY_LOG_KEY/);
  });
});

describe('what is shown', () => {
  test('a line each: ref, when, why, how often, who, where', async () => {
    const { status, out, err } = await run('list');
    expect(status).toBe(0);
    const [ref] = refs([locked]);
    expect(out).toContain(
      `${ref}  ${new Date(NOW - 1_000).toISOString().slice(0, 19)}  remote.row-busy           3  bbbbbbbbbbbbbbbb  kinesis:events 4968#0`,
    );
    expect(out.trim().split('\n')).toHaveLength(5);
    expect(err).toContain('4 shown; memory holds');
    expect(err).toContain('memory is that of one process');
  });

  test('all that is known, without personal values', async () => {
    const { out } = await run('show', '--json', '--record', '0/17');
    expect(JSON.parse(out)).toEqual({
      kept: [
        {
          ref: refs([refused])[0],
          place: 'memory',
          code: 'remote.rejected',
          remote: { connection: 'sales', code: 'DUPLICATE_VALUE', field: 'Email' },
          source: 'eventhub:exports',
          id: '0/17',
          record: 0,
          person: 'aaaaaaaaaaaaaaaa',
          taken: new Date(NOW - 5_000).toISOString(),
          kept: new Date(NOW - 3 * 3_600_000).toISOString(),
          firstSeen: new Date(NOW).toISOString(),
          attempts: 1,
          bytes: 27,
        },
      ],
      more: false,
      inAll: expect.anything(),
    });
  });

  test('what may have been done, and what was not done beside it', async () => {
    const send = { connection: 'desk', object: 'Call' };
    const doubts = [
      { ...send, target: 'desk/Call!1-2', causes: ['ring (entered hot)'] },
      { ...send, target: 'desk/Call!3-4', overtaken: true as const },
    ];
    const { fault, remote } = refused;
    const beside = { fault, ...(remote && { remote }) };
    const doubtful = new Fault('remote.doubtful', 'desk (Call) gave no answer');
    await (await place('DEAD_LETTERS')).bury([sample({ fault: doubtful, doubts, beside }, { id: 'doubt' })]);
    const { out } = await run('show', '--json', '--code', 'remote.doubtful');
    expect(JSON.parse(out).kept).toMatchObject([
      {
        doubts: [
          { ...send, causes: ['ring (entered hot)'] },
          { ...send, overtaken: true },
        ],
        beside: { code: 'remote.rejected', remote: { connection: 'sales', field: 'Email' } },
      },
    ]);
    const shown = await run('show', '--code', 'remote.doubtful');
    expect(shown.out).toContain('ring (entered hot)');
    expect(shown.out + out).not.toContain(ADA);
  });

  test.each([['list'], ['show'], ['list', '--json'], ['show', '--json'], ['list', '--values']])(
    'no value of a person in %s %s',
    async (...args) => {
      const { out, err } = await run(...args.filter((arg) => arg !== undefined));
      expect(out + err).not.toContain(ADA);
      expect(out).toContain('remote.rejected');
    },
  );

  test('values when they are asked for: bodies, gzip undone, and the words of the target', async () => {
    for (const args of [['show'], ['show', '--json'], ['list', '--json']]) {
      const { out } = await run(...args, '--values');
      expect(out).toContain(`duplicate: ${ADA}`);
      expect(out).toContain(`not JSON ${ADA}`);
      expect(out).toContain(Buffer.from(noise(64)).toString('base64'));
    }
  });

  test('nothing in an id reaches the terminal as more than text', async () => {
    const letters = await place('DEAD_LETTERS');
    const hostile = [...HOSTILE, '\u001b[2J\u001b]0;title\u0007', 'a\u202eb', '\u009b31m'];
    await letters.bury(hostile.map((id) => sample({}, { id, source: id })));
    const { out } = await run('list', '--limit', '1000');
    expect(out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Cs}/u);
    expect(out).toContain('\\u{1b}[2J');
    expect(out).toContain('\\u{202e}');
  });
});

test('a reason that there is none of is wrong use, not an empty list', async () => {
  const env = { TRIBUTARY_PARKING: 'memory:cli', TRIBUTARY_DEAD_LETTERS: 'memory:cli' };
  const { status, err } = await tributaryParked(['list', '--code', 'remote.rejectd'], env);
  expect([status, err]).toEqual([2, expect.stringContaining('did you mean "remote.rejected"?')]);
  expect((await tributaryParked(['list', '--code', 'remote'], env)).status).toBe(0);
});
