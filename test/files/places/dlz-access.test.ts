import { ContainerClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/emulators/azurite.js';
import { type LandingAzureOptions, landingAzure } from '../../../local/emulators/landing-azure.js';
import type { LandingStorage, LandingZoneEmulator } from '../../../local/emulators/landing-zone.js';
import type { FilePlace } from '../../../shared/files/ports.js';
import { all, entryAt, faultOf, noise, read } from '../../contracts/file-place-steps.js';
import type { PlaceSetup } from '../../contracts/file-place-subject.js';
import { fakeClock } from '../../support/fakes.js';
import { openDlz, startAdobe } from './dlz-ground.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

let azurite: Azurite;
let count = 0;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  azurite = await startAzurite();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
afterAll(() => azurite.close());

interface Zone {
  readonly adobe: LandingZoneEmulator;
  readonly storage: LandingStorage;
  readonly place: FilePlace;
  readonly container: ContainerClient;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly logged: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
}

async function zone(
  azure: Pick<LandingAzureOptions, 'expiryDate'> = {},
  auth: Readonly<Record<string, unknown>> = {},
  from?: string,
): Promise<Zone> {
  const name = `zone-${++count}`;
  const connection = azurite.connectionString;
  const container = new ContainerClient(connection, name);
  await container.create();
  const storage = landingAzure({ connection, container: name, ...azure });
  const adobe = await startAdobe(storage);
  const clock = fakeClock(Date.now());
  const logged: Zone['logged'] = [];
  const log: PlaceSetup['log'] = { write: (_, event, fields) => void logged.push({ event, fields }) };
  const place = await openDlz(adobe, from ?? `dlz://${name}`, { clock, log }, auth);
  open.push(place, adobe);
  return { adobe, storage, place, container, clock, logged };
}

const put = (container: ContainerClient, name: string) =>
  container.getBlockBlobClient(name).upload(Buffer.from(noise(10)), 10);

test('Adobe is asked once, and again after an hour', async () => {
  const { adobe, place, clock } = await zone();
  await all(place.list());
  await all(place.list());
  await place.stat('a.csv');
  expect(adobe.calls).toEqual(['GET']);
  clock.advance(HOUR);
  await all(place.list());
  expect(adobe.calls).toEqual(['GET', 'GET']);
});

test('access that ends within the configured time is renewed', async () => {
  const days = [6, 86];
  const expiryDate = () => day(Date.now() + (days.shift() ?? 0) * DAY);
  const { adobe, place, logged } = await zone({ expiryDate }, { renewDays: 7 });
  await all(place.list());
  expect(adobe.calls).toEqual(['GET', 'POST']);
  expect(logged).toEqual([]);
});

test('access that ends later is left alone, for others use it as well', async () => {
  const { adobe, place } = await zone({ expiryDate: () => day(Date.now() + 9 * DAY) }, { renewDays: 7 });
  await all(place.list());
  expect(adobe.calls).toEqual(['GET']);
});

test('access that cannot be renewed is used while it lasts, and told of', async () => {
  const { adobe, place, logged } = await zone({ expiryDate: () => day(Date.now() + 3 * DAY) });
  adobe.fail(undefined, 503);
  await all(place.list());
  expect(logged.map(({ event }) => event)).toEqual(['place.not-renewed', 'place.access-ends']);
});

test('access that somebody else renewed is taken over; nobody is thrown out by us', async () => {
  const { adobe, place, container, storage } = await zone();
  await put(container, 'a.csv');
  await all(place.list());
  await storage.refresh();
  const entry = await entryAt(place, 'a.csv');
  expect(await read(place, entry)).toEqual(noise(10));
  expect(adobe.calls).toEqual(['GET', 'GET']);
});

test('access that is refused and still what Adobe gives is renewed', async () => {
  const { adobe, place, container } = await zone();
  await put(container, 'a.csv');
  await all(place.list());
  await container.setAccessPolicy(undefined, []);
  const names = (await Promise.all([all(place.list()), all(place.list())])).map((found) => found.length);
  expect(names).toEqual([1, 1]);
  expect(adobe.calls).toEqual(['GET', 'GET', 'POST']);
});

test("a moment's trouble at Adobe is waited out, a lasting one is a fault", async () => {
  const { adobe, place } = await zone();
  adobe.fail(503, 503, 503);
  expect(await all(place.list())).toEqual([]);
  const other = await zone();
  other.adobe.fail(503, 503, 503, 503, 503);
  expect(await faultOf(all(other.place.list()))).toMatchObject({ code: 'file.unavailable' });
});

test.each([
  [{ sandbox: 'dev' }, /\(404: .*sandbox/],
  [{ organization: 'OTHER@AdobeOrg' }, /\(403: .*organization/],
  [{ clientSecret: 'secret:adobe-id' }, /refused our credentials .*clientSecret/],
])('what Adobe refuses is not tried again: %o', async (auth, said) => {
  const { place, clock } = await zone({}, auth);
  const before = clock.now();
  const fault = await faultOf(all(place.list()));
  expect(fault).toMatchObject({ code: 'file.unavailable' });
  expect(fault.message).toMatch(said);
  expect(fault.message).not.toMatch(/p8e-|the-api-key|ims-\d/);
  expect(clock.now()).toBe(before);
});

test('another container than the one that is named is not read', async () => {
  const { place } = await zone({}, {}, 'dlz://another');
  const fault = await faultOf(all(place.list()));
  expect(fault).toMatchObject({ code: 'config.invalid' });
  expect(fault.message).toContain('"another"');
});

test('files that Adobe will delete soon are told of, unless there is a report beside them', async () => {
  const { place, container, clock, logged } = await zone({}, { warnDays: 2 });
  for (const name of ['done.csv', 'done.csv.tributary.json', 'waiting.csv', 'other.csv'])
    await put(container, name);
  clock.advance(4 * DAY);
  await all(place.list());
  expect(logged).toEqual([]);
  clock.advance(1.5 * DAY);
  expect((await all(place.list())).length).toBe(4);
  expect(logged.map(({ event }) => event)).toEqual(['file.expiring']);
  expect(logged[0]?.fields).toMatchObject({ files: 2 });
});
