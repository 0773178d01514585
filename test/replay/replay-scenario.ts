import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DemoCrm, startDemoCrm } from '../../local/demo-crm/server.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import { provideObserver } from '../../shared/observers.js';
import { settingOfSecret } from '../../shared/secrets.js';
import { encodeKept } from '../../shared/stores/kept-codec.js';
import { toText } from '../../shared/stores/kept-text.js';
import { type KeptOptions, openLetters, openParking } from '../../shared/stores/open-kept.js';
import { contact, profile, type Says } from '../conformance/people.js';
import { rulesFile } from '../conformance/rules.js';
import { dropping, seen } from '../contracts/kept-steps.js';
import { noise, sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';

/** A cloud with a retry queue, the function that works it off, and where letters go. */
export interface ReplayCloud {
  /** Where the queue and the letters are. */
  readonly places: Pick<KeptOptions, 'parking' | 'deadLetters' | 'connection'>;
  /** Puts a message into the queue, to be had at once. */
  put(text: string): Promise<void>;
  /** Errors the platform saw. */
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await delay(50);
  }
}

const settingsOf = (crm: DemoCrm, config: string) => ({
  SALESFORCE_DOMAIN: crm.url,
  [settingOfSecret('salesforce')]: JSON.stringify({ clientId: crm.clientId, clientSecret: crm.clientSecret }),
  TRIBUTARY_CONFIG: config,
  TRIBUTARY_STATE: 'memory:replay',
  TRIBUTARY_LOG_LEVEL: 'silent',
  TRIBUTARY_OBSERVER: 'replay',
});

const says = (person: Says, more: Partial<KeptMessage> = {}, at = 1_780_000_000_000): KeptMessage =>
  sample(more, {
    id: `${person.id} ${person.points}`,
    at,
    body: Buffer.from(JSON.stringify(profile(person))),
  });

/** A message that waited long enough. */
const due = (kept: KeptMessage): string => toText(encodeKept(kept, 0));

/** The retry queue from end to end: emulated cloud, its trigger, the deployed function, the CRM. */
export function testReplay(
  start: (settings: Readonly<Record<string, string>>) => Promise<ReplayCloud>,
): void {
  let crm: DemoCrm;
  let cloud: ReplayCloud;
  let folder: string;
  /** Messages that wait from an earlier test: nobody can take them out before their time. */
  let waiting = 0;
  const endings: string[] = [];
  beforeAll(async () => {
    crm = await startDemoCrm();
    folder = await mkdtemp(join(tmpdir(), 'tributary-replay-'));
    const config = join(folder, 'tributary.yaml');
    await writeFile(config, rulesFile(30_000));
    provideObserver('replay', {
      batch: ({ settlements }) =>
        endings.push(...settlements.flatMap((one) => one.endings.map(({ name }) => name))),
      delivery: () => undefined,
    });
    cloud = await start(settingsOf(crm, config));
  });
  afterAll(async () => {
    await cloud.close();
    await crm.close();
    await rm(folder, { recursive: true });
  });
  const open = async () => {
    // Time flies: by the time a message is sent it is due.
    let now = 1_780_000_000_000;
    const clock = { ...fakeClock(), now: () => (now += 60_000) };
    const options = { ...cloud.places, clock, random: () => 0 };
    return { parking: await openParking(options), letters: await openLetters(options) };
  };
  const total = async () => (await (await open()).parking.total()) ?? 0;
  beforeEach(async () => {
    await dropping((await open()).letters);
    crm.behave();
    endings.length = 0;
    waiting = await total();
  });
  afterEach(() => expect(cloud.errors).toEqual([]));
  const empty = async () => (await total()) === waiting;
  const row = (id: string) => crm.rows('Contact').get(id);

  test('what waited is delivered, and the queue is empty', async () => {
    const people = ['R-1', 'R-2', 'R-3', 'R-4'];
    for (const id of people) await cloud.put(due(says({ id, points: 7 })));
    await until('the queue is empty', empty);
    for (const id of people) expect(row(id)).toMatchObject(contact(id, 7));
    expect(await seen((await open()).letters)).toEqual([]);
  });

  test('what is late overwrites nothing', async () => {
    await cloud.put(
      due(says({ id: 'S-1', points: 2, since: '2026-03-02T10:00:00Z' }, {}, 1_780_000_009_000)),
    );
    await until('the newer one is delivered', () => row('S-1') !== undefined);
    await until('the queue is empty', empty);
    const { calls } = crm.stats();
    await cloud.put(due(says({ id: 'S-1', points: 1 })));
    await until('the queue is empty', empty);
    expect(row('S-1')).toMatchObject(contact('S-1', 2));
    expect(crm.stats().calls).toBe(calls);
    expect(endings).toEqual(['delivered', expect.stringMatching(/^(stale|unchanged)$/)]);
  });

  test('what fails again waits again', async () => {
    crm.misbehave({ kind: 'lock-row', key: 'L-1' });
    const first = says({ id: 'L-1', points: 3 }, { attempts: 3, firstSeen: Date.now() - 1_000 });
    await cloud.put(due(first));
    await until('it is parked again', () => endings.includes('parked'));
    await until('the first is gone', async () => (await total()) === waiting + 1);
    expect(row('L-1')).toBeUndefined();
    expect(await seen((await open()).letters)).toEqual([]);
  });

  test('patience ends with a dead letter that says why', async () => {
    crm.misbehave({ kind: 'lock-row', key: 'L-2' });
    await cloud.put(due(says({ id: 'L-2', points: 3 }, { attempts: 19, firstSeen: Date.now() - 1_000 })));
    await until('there is a letter', async () => (await seen((await open()).letters)).length > 0);
    expect(await seen((await open()).letters)).toMatchObject([
      { attempts: 20, record: 0, fault: ['park.exhausted', expect.stringContaining('remote.row-busy')] },
    ]);
  });

  test('what is too long for the queue is found beside it, and tidied up', async () => {
    const { parking, letters } = await open();
    const body = Buffer.from(
      JSON.stringify(
        profile({ id: 'B-1', points: 5, more: { ballast: Buffer.from(noise(300_000)).toString('base64') } }),
      ),
    );
    await parking.park([sample({}, { id: 'long', body })]);
    await until('the queue is empty', empty);
    expect(row('B-1')).toMatchObject(contact('B-1', 5));
    expect(await seen(letters)).toEqual([]);
  });

  test('a message of somebody else becomes a dead letter with its bytes', async () => {
    await cloud.put('{"hello":"you"}');
    await until('there is a letter', async () => (await seen((await open()).letters)).length > 0);
    expect(await seen((await open()).letters)).toMatchObject([
      {
        fault: ['park.format', expect.anything()],
        message: {
          source: cloud.places.parking,
          body: { hex: Buffer.from('{"hello":"you"}').toString('hex') },
        },
      },
    ]);
  });
}
