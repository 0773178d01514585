import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { closeMemories, openKept } from '../../shared/stores/open.js';
import { sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { tributaryParked } from './parked-world.js';

const ENV = { TRIBUTARY_PARKING: 'memory:cli', TRIBUTARY_DEAD_LETTERS: 'memory:cli' };
const run = (...args: string[]) => tributaryParked(args, ENV);
const place = (setting: 'PARKING' | 'DEAD_LETTERS') =>
  openKept(`TRIBUTARY_${setting}`, 'memory:cli', fakeClock());
const because = (code: 'remote.rejected' | 'decode.json' | 'park.exhausted', id: string) =>
  sample({ fault: new Fault(code, 'no') }, { id });

const listed = async (): Promise<string[]> =>
  JSON.parse((await run('list', '--json')).out)
    .kept.map(({ id }: { id: string }) => id)
    .sort();

beforeEach(async () => {
  const letters = ['remote.rejected', 'decode.json', 'park.exhausted'] as const;
  await (await place('DEAD_LETTERS')).bury(letters.map((code) => because(code, code)));
  await (await place('PARKING')).park([sample({}, { id: 'locked' })]);
});
afterEach(closeMemories);

describe('what is found', () => {
  test('nothing to show is status 1, nothing to list is not, unless it was named', async () => {
    expect((await run('show', '--code', 'decode.time')).status).toBe(1);
    expect((await run('list', '--code', 'decode.time')).status).toBe(0);
    expect((await run('list', '--record', 'no such')).status).toBe(1);
  });

  test('drop removes what is meant and nothing else', async () => {
    expect(await run('drop', '--code', 'decode', '--dry-run')).toMatchObject({ status: 0 });
    expect(await listed()).toHaveLength(4);
    expect(await run('drop', '--code', 'decode')).toMatchObject({ status: 0, out: '1 dropped, 0 left\n' });
    expect(await listed()).toEqual(['locked', 'park.exhausted', 'remote.rejected']);
    expect((await run('drop', '--code', 'decode')).status).toBe(1);
    const some = await run('drop', '--all', '--limit', '2', '--json');
    expect([some.status, JSON.parse(some.out)]).toEqual([0, { dropped: 2, left: 0, more: true }]);
    expect(await listed()).toHaveLength(1);
    const rest = await run('drop', '--all', '--limit', '1');
    expect(rest).toMatchObject({ out: '1 dropped, 0 left\n', err: expect.not.stringContaining('more') });
    expect(await listed()).toEqual([]);
  });

  test('what the limit left out is not hidden', async () => {
    const some = await run('drop', '--all', '--limit', '3');
    expect(some.out).toBe('3 dropped, 0 left\n');
    expect(some.err).toContain('there are more than --limit 3 took');
    expect(await listed()).toHaveLength(1);
  });

  test.each<[string[], string]>([
    [[], 'say one of list'],
    [['lst'], 'say one of list, show, replay, drop, not "lst"'],
    [['list', 'show'], 'say one of list'],
    [['drop'], 'say --all'],
    [['list', '--since', 'yesterday'], '--since takes'],
    [['list', '--limit', '0'], '--limit takes'],
    [['list', '--limit', '1.5'], '--limit takes a whole number'],
    [['replay', '--rate', 'fast'], '--rate takes'],
    [['list', '--colour'], '--colour'],
    [['list', '--requeue'], '--requeue is for dead letters'],
    [['replay', '--requeue', '--from', 'queue'], '--requeue is for dead letters'],
    [['list', '--from', 'attic'], 'config.invalid: TRIBUTARY_PARKING is "attic"'],
    [['list', '--from', 's3:UPPER'], 'config.invalid: TRIBUTARY_DEAD_LETTERS is "s3:UPPER"'],
  ])('%j is wrong use', async (args, why) => {
    const { status, out, err } = await run(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(why);
    // Short enough that the reason is seen.
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(3);
  });

  test('without settings it says which; with --help it says how', async () => {
    const bare = await tributaryParked(['list'], {});
    expect(bare).toMatchObject({ status: 2, err: expect.stringContaining('TRIBUTARY_PARKING: is not set') });
    expect(await run('--help')).toMatchObject({ status: 0, out: expect.stringContaining('--requeue') });
  });
});
