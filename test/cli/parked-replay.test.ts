import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { contact, profile } from '../conformance/people.js';
import { NOW, plain, sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { letter, letters, parkedOrg, parking, refusal } from './parked-org.js';
import { tributaryParked } from './parked-world.js';

const org = parkedOrg();
const { row, replay } = org;

test('what is settled now is removed; the state is that of the deployment, the rules are those of today', async () => {
  await (await letters()).bury([
    letter({ id: 'C-1' }),
    letter({ id: 'C-2' }),
    letter({ id: 'C-3', consent: 'n' }),
  ]);
  await (await parking()).park([letter({ id: 'C-4' })]);
  const { status, out } = await replay('--json');
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    replayed: 4,
    dropped: 4,
    left: 0,
    endings: { delivered: 3, withheld: 1 },
  });
  for (const id of ['C-1', 'C-2', 'C-4']) expect(row(id)).toMatchObject(contact(id, 1));
  expect([(await letters()).all(), (await parking()).all()]).toEqual([[], []]);
});

test('what is late overwrites nothing', async () => {
  await (await letters()).bury([
    letter({ id: 'C-1', points: 1 }, { record: 0 }, NOW - 60_000),
    letter({ id: 'C-1', points: 2, since: '2026-03-02T10:00:00Z' }, { record: 1 }, NOW),
  ]);
  const records = JSON.stringify([
    profile({ id: 'C-0' }),
    profile({ id: 'C-1', points: 2, since: '2026-03-02T10:00:00Z' }),
  ]);
  await (await letters()).bury([
    sample({ fault: refusal, record: 1 }, { id: 'two', at: NOW, body: records }),
  ]);
  await replay();
  expect(row('C-1')).toMatchObject(contact('C-1', 2));
  expect(row('C-0')).toBeUndefined();
});

test('what is refused again stays a letter, with the new reason and a new count', async () => {
  org.crm().misbehave({ kind: 'refuse-key', key: 'C-1' });
  await (await letters()).bury([letter({ id: 'C-1' }), letter({ id: 'C-2' })]);
  const clock = fakeClock(NOW + 5_000);
  const { status, out } = await tributaryParked(['replay'], org.env(), { clock });
  expect(status).toBe(1);
  expect(out).toContain('1 delivered, 1 rejected');
  expect(out).toContain('1 removed, 1 left');
  const [again, ...more] = (await letters()).all();
  expect(more).toEqual([]);
  expect(again).toMatchObject({ attempts: 1, remote: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' } });
  expect(again?.firstSeen).toBeGreaterThanOrEqual(NOW + 5_000);
});

test('what fails alone goes to the retry queue, and is no letter any more', async () => {
  org.crm().misbehave({ kind: 'lock-row', key: 'C-1' });
  await (await letters()).bury([letter({ id: 'C-1' })]);
  expect((await replay()).status).toBe(0);
  expect((await letters()).all()).toEqual([]);
  expect((await parking()).all()).toMatchObject([{ attempts: 1, fault: { code: 'remote.row-busy' } }]);
});

test('what waits in the retry queue goes on counting its attempts: only a letter begins anew', async () => {
  org.crm().misbehave({ kind: 'lock-row', key: 'C-1' });
  await (await parking()).park([letter({ id: 'C-1' }, { attempts: 3, firstSeen: NOW - 1_000 })]);
  await replay();
  expect((await parking()).all()).toMatchObject([{ attempts: 4, firstSeen: NOW - 1_000 }]);
});

test('a connection that is down stops it, and everything stays where it is', async () => {
  org.crm().misbehave({ kind: 'down' });
  const kept = Array.from({ length: 30 }, (_, i) => letter({ id: `C-${i}` }));
  await (await letters()).bury(kept);
  const foreign = new Fault('park.format', 'is none of ours');
  await (await parking()).park([sample({ fault: foreign }, { id: 'foreign' })]);
  const { status, out } = await tributaryParked(['replay', '--rate', '5', '--json'], org.env());
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    replayed: 5,
    left: 5,
    dropped: 0,
    // What waits in the queue is not even looked at.
    unreadable: 0,
    stopped: expect.stringContaining('remote.unavailable'),
  });
  expect((await letters()).all().map(plain)).toEqual(kept.map(plain));
});

test('a dry run touches nothing; the limit and the conditions hold', async () => {
  const kept = ['C-1', 'C-2', 'C-3'].map((id) => letter({ id }));
  await (await letters()).bury(kept);
  const dry = await replay('--dry-run', '--json');
  expect(JSON.parse(dry.out).kept).toHaveLength(3);
  expect([(await letters()).all().length, org.crm().stats().calls]).toEqual([3, 0]);
  await replay('--limit', '2');
  expect((await letters()).all()).toHaveLength(1);
  await replay('--code', 'decode');
  expect((await letters()).all()).toHaveLength(1);
  await replay('--record', 'of C-3');
  expect((await letters()).all()).toEqual([]);
  expect((await replay('--record', 'of C-3')).status).toBe(1);
});

test('no more than the rate; on a terminal it is told how far it is, elsewhere nothing is', async () => {
  const fill = async (from: number) =>
    (await letters()).bury(Array.from({ length: 25 }, (_, i) => letter({ id: `C-${from + i}` })));
  await fill(0);
  const clock = fakeClock();
  const args = ['replay', '--from', 'letters', '--rate', '10'];
  const seen = await tributaryParked(args, org.env(), { clock, isTerminal: true });
  expect(clock.now() - NOW).toBeGreaterThanOrEqual(2_500);
  expect(clock.now() - NOW).toBeLessThan(3_500);
  const lines = seen.err.split('\r\u001b[K').filter((line) => line.includes('replayed'));
  expect(lines).toEqual([
    expect.stringMatching(/^#{12}\.{18} {2}40 % {2}10 a second, 10 replayed \(10 delivered\)/),
    expect.stringMatching(/ 80 % {2}20 a second, 20 replayed/),
    expect.stringMatching(/^#{30} 100 % .* 25 replayed/),
  ]);
  // The line is taken away before the sums.
  expect(seen.err.endsWith('\r\u001b[K')).toBe(true);
  await fill(100);
  const { out, err } = await tributaryParked([...args, '--json'], org.env(), { clock });
  expect(JSON.parse(out)).toMatchObject({ replayed: 25 });
  expect(err).not.toMatch(/replayed|\r/);
});

test('Ctrl-C ends it after the batch under way', async () => {
  await (await letters()).bury(Array.from({ length: 10 }, (_, i) => letter({ id: `C-${i}` })));
  const stop = new AbortController();
  const clock = fakeClock();
  const stopping = {
    ...clock,
    sleep: async (ms: number) => {
      stop.abort();
      await clock.sleep(ms);
    },
  };
  await tributaryParked(['replay', '--rate', '2'], org.env(), { clock: stopping, stop: stop.signal });
  expect((await letters()).all()).toHaveLength(8);
});

test('without the settings of the deployment it says which are missing, and touches nothing', async () => {
  await (await letters()).bury([letter({ id: 'C-1' })]);
  const { TRIBUTARY_STATE: _, ...lacking } = org.env();
  const { status, err } = await tributaryParked(['replay'], lacking);
  expect(status).toBe(2);
  expect(err).toContain('TRIBUTARY_STATE: is not set');
  expect((await letters()).all()).toHaveLength(1);
});

test('letters of a deployment are not judged by the empty memory of this process', async () => {
  const { status, out, err } = await org.replay('--from', 's3:letters-of-acme');
  expect([status, out]).toEqual([2, '']);
  expect(err).toContain('config.invalid: TRIBUTARY_STATE is memory:cli');
  expect(err).toMatch(/set it and TRIBUTARY_STATE_CONNECTION .* or say --requeue/);
});

test('a rule file that is not there: told, with the setting that names it', async () => {
  const env = { ...org.env(), TRIBUTARY_CONFIG: join(org.folder(), 'no-such.yaml') };
  const { status, err } = await tributaryParked(['replay'], env);
  expect([status, err]).toEqual([
    2,
    expect.stringMatching(/no-such\.yaml cannot be read .*TRIBUTARY_CONFIG/),
  ]);
});

test('a replay that the limit ends says that there are more', async () => {
  await (await letters()).bury(['C-1', 'C-2', 'C-3'].map((id) => letter({ id })));
  expect((await replay('--limit', '1')).err).toContain('there are more than --limit 1 took');
  expect(JSON.parse((await replay('--limit', '1', '--json')).out)).toMatchObject({ replayed: 1, more: true });
  const last = await replay('--json');
  expect([JSON.parse(last.out).more, last.err]).toEqual([false, expect.not.stringContaining('--limit')]);
});

test('where there is nothing to replay it is said plainly', async () => {
  expect((await replay()).out).toBe('0 replayed; 0 removed, 0 left, 0 unreadable\n');
});
