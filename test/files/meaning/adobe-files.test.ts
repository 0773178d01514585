import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFinding, loadConfig } from '../../../shared/config/load.js';
import { NO_TOOLS } from '../../../shared/core/tools.js';
import { dryRun } from '../../../shared/dry-run/dry-run.js';
import { fileMeaning } from '../../../shared/files/meaning/file-meaning.js';
import { openBatch } from '../../../shared/files/meaning/read-batch.js';
import type { FileBytes } from '../../../shared/files/ports.js';
import { HOT } from './stage.js';

const WIDE = '45d41fbd-3c48-4b18-bf56-4f5c5e69cdd7';

const head = (keys: string) => `
audiences: { hot: ${HOT}, wide: ${WIDE}, upload: { id: 77291fbd-3c48-4b18-bf56-4f5c5e69aa1e, namespace: CustomerAudienceUpload } }
person: { key: [${keys}] }
connections: { crm: { type: http, url: "https://crm.example.com/x" } }
rules:
  - name: members
    when: { member: { any: [hot, wide, upload] } }
    do: [{ upsert: crm/Contact, match: { Id: $key }, set: &all { First: person.name.firstName, Last: person.name.lastName, Hot: { member: hot }, Wide: { member: wide }, Upload: { member: upload }, Street: "addresses[is_primary=true].streetName_scalar", Place: "places[1]" } }]
    otherwise: [{ upsert: crm/Contact, match: { Id: $key }, set: *all }]
`;

type Fields = Readonly<Record<string, unknown>>;

/** A CRM into which files of one entry come one after another. */
function crm(entry = '', keys = 'crmid, Email, personalEmail.address') {
  const text = `${head(keys)}files:\n  - { name: f, from: s3://exports/aep${entry} }\n`;
  const loaded = loadConfig(text, 'f.yaml', {}, NO_TOOLS);
  if (!loaded.ok) throw new Error(loaded.findings.map(formatFinding).join('\n'));
  const { rules, files } = loaded.config;
  const [rule] = files;
  if (!rule) throw new Error('there is no entry');
  const run = dryRun(rules, ['crm']);
  const rows = new Map<string, Fields>();
  return {
    rows,
    /** Gives the endings of the rows. */
    async take(name: string, content: string): Promise<readonly string[]> {
      const bytes = Buffer.from(content);
      const file: FileBytes = {
        name,
        size: bytes.length,
        async *open(from = 0, to = bytes.length) {
          yield bytes.subarray(from, to);
        },
      };
      const entryOf = { name, size: bytes.length, at: Date.parse('2026-11-09T00:00:00Z'), version: '1' };
      const { shape, table } = await openBatch(file, entryOf, {
        meaning: fileMeaning(rule, rules),
        keys: [],
      });
      const endings: string[] = [];
      for await (const some of table.rows()) {
        for (const { number, cells } of some) {
          const item = cells.ok ? shape.body(cells.value) : cells;
          const { ending, deliveries } = await run.play(
            { file: name, line: number, offset: number, item },
            shape.at,
          );
          endings.push(ending.fault ? `${ending.name} ${ending.fault.code}` : ending.name);
          for (const { action } of deliveries) {
            const id = String(action.key['Id']);
            rows.set(id, { ...rows.get(id), ...action.fields });
          }
        }
      }
      return endings;
    },
  };
}

const NAME = `Acme_${HOT}_20261101_060000.csv`;

test('a file of members without a final line end, as Adobe prints it', async () => {
  const { rows, take } = crm();
  const text = [
    'person_name_firstName,person_name_lastName,person_gender,person_birthYear,personalEmail_address',
    'Kai,Vogel,male,1922,kai@example.com',
    'Harriet,Lane,female,1926,harriet@example.com',
    'Gus,Orr,male,1903,gus@example.com',
  ].join('\n');
  expect(await take(NAME, text)).toEqual(['delivered', 'delivered', 'delivered']);
  expect(rows.get('gus@example.com')).toMatchObject({ First: 'Gus', Last: 'Orr', Hot: true, Wide: false });
});

describe('incremental files', () => {
  const columns = 'crmid,segmentMembership_status,segmentMembership_lastQualificationTime';

  test('members first, then who entered and who left', async () => {
    const { rows, take } = crm();
    await take(NAME, `${columns}\nC-1,Active,2026-10-01T00:00:00Z\nC-2,Active,2026-10-02T00:00:00Z\n`);
    const later = `Acme_${HOT}_20261102_060000.csv`;
    const news = `${columns}\nC-1,Expired,2026-11-02T00:00:00Z\nC-3,realized,2026-11-02T01:00:00Z\n`;
    expect(await take(later, news)).toEqual(['delivered', 'delivered']);
    expect([...rows].map(([id, { Hot }]) => [id, Hot])).toEqual([
      ['C-1', false],
      ['C-2', true],
      ['C-3', true],
    ]);
    // Adobe tries again under the same name, and an older file may come last.
    expect(await take(later, news)).toEqual(['unchanged', 'unchanged']);
    await take(NAME, `${columns}\nC-1,Active,2026-10-01T00:00:00Z\n`);
    expect(rows.get('C-1')).toMatchObject({ Hot: false });
  });

  test('a file that holds its header only, or nothing, is fine', async () => {
    const { take } = crm();
    expect(await take(NAME, `${columns}\n`)).toEqual([]);
    expect(await take(NAME, '')).toEqual([]);
  });

  test('a status that nobody knows costs its row', async () => {
    const { take } = crm();
    expect(await take(NAME, `${columns}\nC-1,exiting,2026-10-01\nC-2,exited,2026-10-01\n`)).toEqual([
      'malformed decode.status',
      'delivered',
    ]);
  });
});

test('a wide file says of each audience what its column says, and nothing where it is empty', async () => {
  const { rows, take } = crm();
  const header = `email,ups_${HOT},ups_${WIDE},CustomerAudienceUpload_77291fbd-3c48-4b18-bf56-4f5c5e69aa1e`;
  const text = `${header}\na@example.com,active,expired,active\nb@example.com,,,active\n`;
  expect(await take('Luma_LiveRamp_52137231-4a99-442d-804c-39a09ddd005d_20230330_153857.csv', text)).toEqual([
    'delivered',
    'delivered',
  ]);
  expect(rows.get('a@example.com')).toMatchObject({ Hot: true, Wide: false, Upload: true });
  expect(rows.get('b@example.com')).toMatchObject({ Hot: false, Wide: false, Upload: true });
});

test('arrays, maps and objects of a JSON file', async () => {
  const columns =
    '{ _acmeinc_customer_hs_addresses_array_obj: addresses, _acmeinc_customer_hs_locations_array: places }';
  const { rows, take } = crm(`, columns: ${columns}`);
  const profile = {
    crmid: 'C-1',
    person_name_firstName: 'John',
    _acmeinc_customer_hs_main_address_scalar: 'Oak Avenue No 12',
    _acmeinc_customer_hs_locations_array: ['home address 12', 'office address 12'],
    _acmeinc_customer_hs_addresses_array_obj: [
      { is_primary: false, streetName_scalar: 'Pine Road', streetNo_int: 45 },
      { is_primary: true, streetName_scalar: 'Maple Street', streetNo_int: 12 },
    ],
    _acmeinc_customer_hs_addresses_array_obj0: { is_primary: false },
  };
  expect(await take(`Acme_${HOT}_20261101_060000.json`, `${JSON.stringify(profile)}\n`)).toEqual([
    'delivered',
  ]);
  expect(rows.get('C-1')).toMatchObject({
    First: 'John',
    Street: 'Maple Street',
    Place: 'office address 12',
  });
});

describe('the deduplication keys of the documentation', () => {
  const header = 'Email,personalEmail_address,person_name_firstName,person_name_lastName';

  test('one row per identity: two persons, if the identity is the key', async () => {
    const { rows, take } = crm('', 'Email');
    const text = `${header}\njohndoe@example.com,johndoe@example.com,John,D\ndoejohn_2@example.com,johndoe@example.com,John,D\n`;
    expect(await take(NAME, text)).toEqual(['delivered', 'delivered']);
    expect([...rows.keys()]).toEqual(['johndoe@example.com', 'doejohn_2@example.com']);
  });

  test('the same rows are one person, if the attribute is the key', async () => {
    const { rows, take } = crm('', 'personalEmail.address');
    const text = `${header}\njohndoe@example.com,johndoe@example.com,John,D\ndoejohn_2@example.com,johndoe@example.com,John,D\n`;
    expect(await take(NAME, text)).toEqual(['delivered', 'unchanged']);
    expect([...rows.keys()]).toEqual(['johndoe@example.com']);
  });
});

describe('conflicting memberships of one person in one file', () => {
  const said = fc.record({
    status: fc.constantFrom('active', 'realized', 'existing', 'expired', 'exited'),
    at: fc.constantFrom('2026-10-01T00:00:00Z', '2026-10-01T00:00:00.000001Z', '2026-10-03T10:00:00Z'),
  });
  const isMember = (status: string): boolean => !/^ex(?:pired|ited)$/.test(status);

  test('the newest counts, and at the same time the exit, in whatever order the rows stand', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 8 }), async (rows) => {
        const newest = rows
          .map(({ at }) => at.replace('00Z', '00.000000Z'))
          .sort()
          .at(-1);
        const last = rows.filter(({ at }) => at.replace('00Z', '00.000000Z') === newest);
        const { rows: found, take } = crm();
        const header = 'crmid,segmentMembership_status,segmentMembership_lastQualificationTime';
        await take(NAME, `${header}\n${rows.map(({ status, at }) => `C-1,${status},${at}\n`).join('')}`);
        expect(found.get('C-1')?.['Hot'] ?? false).toBe(last.every(({ status }) => isMember(status)));
      }),
      { numRuns: 60 },
    );
  });
});
