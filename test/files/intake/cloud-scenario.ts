import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** A cloud with a place for files, which tells of them in its own way, and the deployed functions behind it. */
export interface FilesCloud {
  /** Writes a file where Adobe would, and tells of it as the cloud does. */
  put(name: string, text: string): Promise<void>;
  /** The text of a file of the place. */
  read(name: string): Promise<string | undefined>;
  /** Errors the platform saw. */
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

const HOT = '59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae';
const nameOf = (day: number): string => `aep/daily files/Acme_segment${HOT}_2026090${day}020000.csv`;

const rulesFor = (crm: string, from: string): string => `
audiences: { hot: ${HOT} }
person: { key: [crmid] }
connections:
  sales:
    type: http
    url: "${crm}/\${object}/\${key}"
    method: PUT
    body: { "...": "\${fields}" }
rules:
  - name: rows
    when: { member: hot }
    do: [{ upsert: sales/contacts, match: { Id: $key }, set: { Hot: { member: hot }, Points: loyalty.points } }]
files:
  - name: daily
    from: ${from}
    columns: { crm: identityMap.crmid, points: { to: loyalty.points, as: number }, state: status }
    snapshot: { most exits: 50% }
    complete: { stable for: 1 second }
`;

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await delay(100);
  }
}

/** What the CRM holds, and how often each row was written. */
interface Crm {
  readonly rows: Map<string, unknown>;
  readonly writes: Map<string, number>;
  readonly server: Server;
}

function startCrm(): Crm {
  const rows = new Map<string, unknown>();
  const writes = new Map<string, number>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const key = decodeURIComponent(request.url ?? '').replace('/contacts/', '');
      writes.set(key, (writes.get(key) ?? 0) + 1);
      const isRefused = key === 'C-13';
      if (!isRefused) rows.set(key, JSON.parse(Buffer.concat(parts).toString()));
      response.writeHead(isRefused ? 422 : 200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  return { rows, writes, server };
}

const PEOPLE = 620;

/** The first day: one row without a key, one whose status nobody knows, one that the CRM refuses. */
const firstDay = (): string =>
  [
    'crm,points,state',
    ...Array.from({ length: PEOPLE }, (_, i) => `C-${i},${i},active`),
    ',7,active',
    'C-9999,7,undecided',
  ].join('\n');

/** The second: every third person is missing, one is new. */
const secondDay = (): string =>
  [
    'crm,points,state',
    ...Array.from({ length: PEOPLE }, (_, i) => i)
      .filter((i) => i % 3 !== 0)
      .map((i) => `C-${i},${i},active`),
    'C-1000,1,active',
  ].join('\n');

/** The same two files on a cloud: what must come of them is spelled out, so clouds that pass do the same. */
export function testFiles(
  from: string,
  start: (settings: Readonly<Record<string, string>>) => Promise<FilesCloud>,
): void {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-cloud-files-'));
  const crm = startCrm();
  let cloud: FilesCloud;
  beforeAll(async () => {
    await new Promise<void>((done) => crm.server.listen(0, '127.0.0.1', done));
    // A server that listens on a port has an address with one.
    const { port } = crm.server.address() as AddressInfo;
    const config = join(folder, 'tributary.yaml');
    writeFileSync(config, rulesFor(`http://127.0.0.1:${port}`, from));
    cloud = await start({
      TRIBUTARY_CONFIG: config,
      TRIBUTARY_STATE: 'memory:files',
      TRIBUTARY_PARKING: 'memory:files',
      TRIBUTARY_LOG_LEVEL: 'silent',
    });
  });
  afterAll(async () => {
    await cloud?.close();
    crm.server.close();
    rmSync(folder, { recursive: true });
  });

  const report = async (name: string) => {
    await until(`${name} is there`, async () => (await cloud.read(name)) !== undefined);
    return JSON.parse((await cloud.read(name)) ?? '');
  };

  test('a file comes by the news of the cloud, and every row ends', async () => {
    await cloud.put(nameOf(1), firstDay());
    expect(await report(`${nameOf(1)}.tributary.json`)).toMatchObject({
      file: nameOf(1),
      source: 'daily',
      result: 'done',
      time: '2026-09-01T02:00:00.000Z',
      audience: `ups/${HOT}`,
      rows: 622,
      settled: 622,
      badRows: 1,
      bad: [{ row: 622, code: 'decode.status' }],
      endings: { delivered: 619, rejected: 1, unaddressed: 1, malformed: 1, held: 0, parked: 0 },
    });
    expect(crm.rows.size).toBe(619);
    expect(crm.rows.get('C-600')).toEqual({ Hot: true, Points: 600 });
    expect([...crm.writes.values()].every((count) => count === 1)).toBe(true);
  });

  test('who is missing in the next export has left, and what was there already is not written again', async () => {
    crm.writes.clear();
    await cloud.put(nameOf(2), secondDay());
    const stem = nameOf(2).replace('.csv', '');
    expect(await report(`${stem}.export.tributary.json`)).toMatchObject({
      result: 'done',
      membersBefore: 620,
      exits: 207,
      settled: 207,
      endings: { delivered: 207 },
    });
    expect(await report(`${nameOf(2)}.tributary.json`)).toMatchObject({
      rows: 414,
      endings: { delivered: 1, unchanged: 412, rejected: 1 },
    });
    const hot = [...crm.rows.values()].filter((row) => Object(row).Hot === true);
    expect(hot).toHaveLength(413);
    expect([...crm.writes.values()].reduce((sum, count) => sum + count, 0)).toBe(209);
    expect(cloud.errors).toEqual([]);
  });
}
