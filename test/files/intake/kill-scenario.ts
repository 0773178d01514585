import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { createMessage, encrypt, generateKey, readKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../shared/config/load.js';
import type { Clock } from '../../../shared/core/ports.js';
import type { Connector } from '../../../shared/core/remote.js';
import { NO_TOOLS } from '../../../shared/core/tools.js';
import { openSources } from '../../../shared/files/intake/open-sources.js';
import { jsonIn, readOrder, sendOrders } from '../../../shared/files/intake/order.js';
import { personKeysBy } from '../../../shared/files/intake/person-lines.js';
import { reportName } from '../../../shared/files/intake/report.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import type { FilePlace } from '../../../shared/files/ports.js';
import { createPipeline } from '../../../shared/pipeline/run.js';
import { memoryObjects } from '../../../shared/stores/memory-objects.js';
import { memoryQueue } from '../../../shared/stores/memory-queue.js';
import type { PlaceGround, PlaceStage } from '../../contracts/file-place-subject.js';
import { fakeClock, fakeDeps, rowKey, silent } from '../../support/fakes.js';
import { PACKERS } from '../formats/packers.js';
import { Crash, type Doom, mortal } from '../support/intake-world.js';

const HOT = '59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae';
const ROWS = 90;
/** So that a file comes in several pieces, and its rows lie across their borders. */
const NOTE = 'n'.repeat(1_400);

const CONFIG = `
audiences: { hot: ${HOT} }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://crm.example.com/contacts" } }
rules:
  - name: the flag
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot }, Points: loyalty.points } }]
  - name: the welcome
    when: { entered: hot }
    do: [{ send: sales/Welcome, set: { Who: $key } }]
files:
  - name: daily
    from: memory://kill
    audience: hot
    columns: { points: loyalty.points, note: ignore }
    decrypt: { key: "secret:pgp" }
    complete: { stable for: 1 second }
`;

const PEOPLE = Array.from({ length: ROWS }, (_, i) => ({ crmid: `C-${i}`, points: `${i}`, note: NOTE }));
const csv = (): Buffer =>
  Buffer.from(
    `crmid,points,note\n${PEOPLE.map((one) => `${one.crmid},${one.points},"${one.note}\n"`).join('\n')}\n`,
  );
const parquet = (): Uint8Array => {
  const column = (name: 'crmid' | 'points' | 'note') => ({
    name,
    data: PEOPLE.map((one) => one[name]),
    type: 'STRING' as const,
  });
  const columnData = [column('crmid'), column('points'), column('note')];
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 25 }));
};

const userIDs = [{ name: 'Exports', email: 'exports@example.com' }];
const { privateKey, publicKey } = await generateKey({
  type: 'rsa',
  rsaBits: 2048,
  userIDs,
  format: 'armored',
});
async function pgp(bytes: Uint8Array): Promise<Uint8Array> {
  const message = await createMessage({ binary: bytes });
  return encrypt({ message, encryptionKeys: await readKey({ armoredKey: publicKey }), format: 'binary' });
}

/** Every format, as a file of the same people. */
const FORMATS: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>> = {
  'people.csv': csv,
  'lines.json': () => Buffer.from(PEOPLE.map((one) => `${JSON.stringify(one)}\n`).join('')),
  'list.json': () => Buffer.from(JSON.stringify(PEOPLE, null, 2)),
  'people.parquet': parquet,
  'people.parquet.gz': () => gzipSync(parquet()),
  'people.csv.pgp': () => pgp(csv()),
  'people.csv.gz.gpg': () => pgp(gzipSync(csv())),
  ...Object.fromEntries(PACKERS.map(({ name, ending, pack }) => [`${name}.csv${ending}`, () => pack(csv())])),
};

/** A CRM that outlives every process: rows by key, and messages by the key that makes two of them one. */
function lastingCrm() {
  const rows = new Map<string, unknown>();
  const messages = new Set<string | undefined>();
  const connector = (clock: Clock): Connector => ({
    name: 'sales',
    operations: ['upsert', 'send'],
    maxRows: 200,
    isIdempotent: () => true,
    async send(actions) {
      await clock.sleep(4_000);
      for (const action of actions) {
        if (action.operation === 'upsert') rows.set(rowKey(action), action.fields);
        else messages.add(action.idempotencyKey);
      }
      return actions.map(() => ({ kind: 'accepted' }));
    },
  });
  return { rows, messages, connector };
}

/** A place of which each answer, and each piece of a file, may be the last that the process sees. */
function mortalPlace(place: FilePlace, doom: () => Doom | undefined): FilePlace {
  const pieces = mortal({ passed: async () => undefined }, doom, ['passed']);
  const calls = mortal(place, doom, ['stat', 'put']);
  return {
    from: place.from,
    list: () => place.list(),
    stat: (name) => calls.stat(name),
    put: (name, bytes) => calls.put(name, bytes),
    close: () => place.close(),
    bytes(entry) {
      const bytes = place.bytes(entry);
      return {
        name: bytes.name,
        size: bytes.size,
        async *open(from, to) {
          for await (const piece of bytes.open(from, to)) {
            await pieces.passed();
            yield piece;
          }
        },
      };
    },
  };
}

/** Works on a file while process after process dies; gives what came of it. */
async function killed(stage: PlaceStage, file: string, dooms: readonly Doom[]) {
  const loaded = loadConfig(CONFIG, 'kill.yaml', {}, NO_TOOLS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  const { rules, files } = loaded.config;
  const clock = fakeClock(Date.now() + 60_000);
  const crm = lastingCrm();
  const kept = { ...fakeDeps(rules, crm.connector(clock)), clock };
  const queue = memoryQueue('files', clock, 900_000);
  const objects = memoryObjects('files', clock);
  const place = await stage.open({ clock });
  const left = [...dooms];
  let [ids, deaths, settledBefore] = [0, 0, 0];
  const newId = () => `id-${++ids}`;
  await sendOrders(queue, [{ work: 'rows', source: 'daily', name: file }]);

  /** A process: its own pipeline, its own sources, its own death. */
  async function live(text: Uint8Array, doom: Doom | undefined): Promise<boolean> {
    let isAlive = true;
    const now = (): Doom | undefined => (isAlive ? doom : { left: 0, after: false });
    const secrets = { get: async () => privateKey };
    const opened = openSources(files, { rules, secrets, clock, log: silent, random: () => 0.5 });
    const mine = mortalPlace(place, now);
    const sources = new Map([...opened].map(([name, one]) => [name, { ...one, place: async () => mine }]));
    const store = mortal(kept.store, now, ['read', 'write']);
    const connectors = new Map([['sales', mortal(crm.connector(clock), now, ['send'])]]);
    const pipeline = createPipeline({ ...kept, store, connectors, newId });
    const sending = mortal(queue, now, ['send']);
    const work = createFileWork({
      ...{ sources, pipeline, store, queue: sending, objects, clock, log: silent, newId },
      personKeys: personKeysBy(rules),
      chunkRows: 7,
    });
    const order = readOrder(jsonIn(text));
    if (!order.ok) throw order.fault;
    try {
      await work(order.value, { deadline: clock.now() + 60_000 });
      return true;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      return false;
    } finally {
      // What it has left running does nothing any more.
      isAlive = false;
    }
  }

  for (let rounds = 0; ; rounds++) {
    const next = queue.next();
    if (next === undefined) break;
    if (rounds > 300) throw new Error('the queue does not become empty');
    clock.advance(Math.max(0, next - clock.now()));
    for (const message of await queue.receive()) {
      const before = crm.rows.size;
      const doom = left.shift();
      if (await live(message.body, doom && { ...doom })) await queue.remove(message);
      else {
        deaths += 1;
        if (before > 0 || crm.rows.size > 0) settledBefore += 1;
      }
    }
  }
  const entry = await place.stat(reportName(file));
  const parts: Uint8Array[] = [];
  if (entry) for await (const part of place.bytes(entry).open()) parts.push(part);
  // A report, as we write it.
  const report = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as {
    readonly endings: Readonly<Record<string, number>>;
  };
  await place.close();
  return { crm, report, deaths, midFile: settledBefore, letters: kept.deadLetters.all() };
}

const sumOf = (endings: Readonly<Record<string, number>>): number =>
  Object.values(endings).reduce((sum, count) => sum + count, 0);

/**
 * Files of every format in a real place, and processes that die at random points: within a file, before and after each call of
 * the target, the state store, the place and the queue. No row may be lost, and none counted or done twice.
 */
export function testKills(name: string, ground: { start(): Promise<PlaceGround> }): void {
  describe(`files that are killed in the middle: ${name}`, () => {
    let service: PlaceGround;
    beforeAll(async () => {
      service = await ground.start();
    });
    afterAll(() => service.close());

    test.each(Object.keys(FORMATS))('%s: nothing is lost, nothing is done twice', async (file) => {
      const stage = await service.stage();
      const bytes = await FORMATS[file]?.();
      if (!bytes) throw new Error(`there is no ${file}`);
      let [midFile, runs] = [0, 0];
      const dooms = fc.array(fc.record({ left: fc.integer({ min: 2, max: 60 }), after: fc.boolean() }), {
        minLength: 4,
        maxLength: 9,
      });
      await fc.assert(
        fc.asyncProperty(dooms, async (some) => {
          const own = `${stage.prefix}${++runs}/${file}`;
          await stage.write(own, bytes);
          const { crm, report, midFile: deaths, letters } = await killed(stage, own, some);
          midFile += deaths;
          expect(report).toMatchObject({ result: 'done', rows: ROWS, settled: ROWS, badRows: 0 });
          expect(sumOf(report.endings)).toBe(ROWS);
          expect([...crm.rows.keys()].sort()).toEqual(PEOPLE.map(({ crmid }) => `Contact/${crmid}`).sort());
          expect(crm.messages.size).toBe(ROWS);
          expect(letters).toEqual([]);
        }),
        { numRuns: 4 },
      );
      // Else the test would say nothing: processes must have died between the first row and the last.
      expect(midFile).toBeGreaterThan(1);
    });
  });
}
