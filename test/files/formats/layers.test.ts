import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createMessage, encrypt, generateKey, readKey } from 'openpgp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TableSettings } from '../../../shared/files/formats/settings.js';
import { PACKERS, type Packer } from './packers.js';
import { MemoryFile, rowsOf, shown } from './reading.js';

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../fixtures', name));

const member = (number: number): string =>
  `C${`${number}`.padStart(5, '0')},person${number}@example.com,${number % 3 ? 'active' : 'expired'}\n`;
const members = (count: number): string =>
  `crmId,personalEmail_address,segment_status\n${Array.from({ length: count }, (_, index) => member(index + 1)).join('')}`;

const keyPair = { publicKey: '', privateKey: '' };
beforeAll(async () => {
  const userIDs = [{ name: 'Exports', email: 'exports@example.com' }];
  Object.assign(keyPair, await generateKey({ type: 'rsa', rsaBits: 2048, userIDs, format: 'armored' }));
});

async function pgp(bytes: Uint8Array, format: 'binary' | 'armored'): Promise<Uint8Array> {
  const message = await createMessage({ binary: bytes });
  const encryptionKeys = await readKey({ armoredKey: keyPair.publicKey });
  const options = { message, encryptionKeys };
  return format === 'binary'
    ? await encrypt({ ...options, format: 'binary' })
    : Buffer.from((await encrypt({ ...options, format: 'armored' })).trimEnd());
}

const ALL: readonly Packer[] = [
  ...PACKERS,
  { name: 'PGP', ending: '.pgp', hasEnd: true, pack: (bytes) => pgp(bytes, 'binary') },
  { name: 'PGP, armored', ending: '.asc', hasEnd: true, pack: (bytes) => pgp(bytes, 'armored') },
  { name: 'PGP of gzip', ending: '.gz.gpg', hasEnd: true, pack: (bytes) => pgp(gzipSync(bytes), 'binary') },
];

const settings = (): TableSettings => ({ decrypt: [{ privateKey: keyPair.privateKey }] });
const shownOf = async (name: string, bytes: Uint8Array, piece?: number): Promise<unknown[]> =>
  shown(await rowsOf(new MemoryFile(name, bytes, piece), settings()));

describe.each(ALL)('$name', ({ name, ending, hasEnd, pack }) => {
  test('what was wrapped reads back equal, in pieces of any size', async () => {
    const bytes = fc.tuple(
      fc.array(fc.record({ id: fc.nat().map(String), text: fc.stringMatching(/^[a-zé🦆 ]{1,40}x$/u) }), {
        maxLength: 60,
      }),
      fc.constantFrom(1, 2, 7, 100, 100_000),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async ([rows, piece]) => {
        const text = `id,text\n${rows.map(({ id, text: cell }) => `${id},${cell}\n`).join('')}`;
        const packed = await pack(Buffer.from(text));
        const read = await shownOf(`export.csv${ending}`, packed, piece);
        expect(read).toEqual(rows.map((row) => ({ ...row, text: row.text.trim() })));
      }),
      { numRuns: 8 },
    );
  });

  test('cut anywhere it is never taken for whole', async () => {
    const whole = await pack(Buffer.from(members(60)));
    const read = await shownOf(`export.csv${ending}`, whole);
    expect(read).toHaveLength(60);
    const step = Math.max(1, Math.floor(whole.length / 30));
    for (
      let length = 1;
      length < whole.length;
      length += length < 12 || length > whole.length - 25 ? 1 : step
    ) {
      const part = await shownOf(`export.csv${ending}`, whole.subarray(0, length)).catch(
        (error: unknown) => error,
      );
      if (hasEnd || !Array.isArray(part))
        expect([name, length, part]).toMatchObject([name, length, { code: 'file.refused' }]);
      // Without an end mark a cut between two parts does not show: then what is there reads as it was written.
      else expect(read.slice(0, Math.max(0, part.length - 1))).toEqual(part.slice(0, -1));
    }
  });

  test('damaged it is refused or reads as other text, but never hangs or breaks the program', async () => {
    const whole = Buffer.from(await pack(Buffer.from(members(40))));
    for (let at = 0; at < whole.length; at += Math.max(1, Math.floor(whole.length / 20))) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      const read = await shownOf(`export.csv${ending}`, damaged).catch((error: unknown) => error);
      if (!Array.isArray(read)) expect(read).toMatchObject({ code: 'file.refused' });
    }
  });
});

test.each([
  'members.csv',
  'members.csv.bz2',
  'members.csv.lz4',
  'members.csv.gpg',
  'members.csv.asc',
  'members.csv.gz.pgp',
  'members.cast5.csv.gpg',
  'members.3des.csv.gpg',
])('what other programs wrote reads as it was: %s', async (name) => {
  const privateKey = fixture('exports-key.asc').toString('base64');
  const decrypt = [{ privateKey: keyPair.privateKey }, { privateKey, passphrase: 'correct horse' }];
  const rows = await rowsOf(new MemoryFile(name, fixture(name)), { decrypt });
  expect(rows).toHaveLength(200);
  expect(shown(rows)[199]).toEqual({
    crmId: 'C00200',
    personalEmail_address: 'person200@example.com',
    segment_status: 'active',
  });
});

test('a message that is encrypted as newer programs do is left to the library', async () => {
  const config = { aeadProtect: true };
  const pair = await generateKey({ userIDs: [{ email: 'exports@example.com' }], format: 'armored', config });
  const encryptionKeys = await readKey({ armoredKey: pair.publicKey });
  const message = await createMessage({ binary: Buffer.from(members(4000)) });
  const file = new MemoryFile(
    'export.pgp',
    await encrypt({ message, encryptionKeys, format: 'binary', config }),
    100,
  );
  const rows = await rowsOf(file, { decrypt: [pair] });
  expect(rows).toHaveLength(4000);
});

test('LZ4 blocks that refer to those before them, with checksums', async () => {
  expect(await shownOf('many.csv.lz4', fixture('many.csv.lz4'))).toEqual(
    await shownOf('many.csv', Buffer.from(members(4000))),
  );
});

test('a missing, a wrong and an unreadable key are told apart', async () => {
  const file = new MemoryFile('export.pgp', await pgp(Buffer.from(members(3)), 'binary'));
  const other = await generateKey({
    type: 'ecc',
    userIDs: [{ email: 'other@example.com' }],
    format: 'armored',
  });
  const refusedWith = async (decrypt: TableSettings['decrypt'], text: RegExp): Promise<void> =>
    await expect(rowsOf(file, { ...(decrypt && { decrypt }) })).rejects.toMatchObject({
      code: 'file.refused',
      message: expect.stringMatching(text),
    });
  await refusedWith(undefined, /names no key/);
  await refusedWith([{ privateKey: other.privateKey }], /another key/);
  // That is no fault of the file, which waits until it is put right.
  await expect(rowsOf(file, { decrypt: [{ privateKey: 'nonsense' }] })).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(/cannot be read/),
  });
  expect(file.opened).toBe(0);
});

test.each(PACKERS.filter(({ name }) => ['gzip', 'bzip2', 'LZ4'].includes(name)))(
  'what would become far more than it is stops early: $name',
  async ({ pack }) => {
    const bomb = await pack(Buffer.alloc(300_000, 'a,b\n'));
    const file = new MemoryFile('bomb', bomb);
    const limits = { freeBytes: 60_000, ratio: 2 };
    await expect(rowsOf(file, { limits })).rejects.toMatchObject({
      code: 'file.refused',
      message: expect.stringContaining('becomes more than'),
    });
    await expect(rowsOf(file, { limits: { plainBytes: 250_000 } })).rejects.toMatchObject({
      code: 'file.refused',
    });
    expect(file.opened).toBe(0);
  },
);

test('a file wrapped over and over is refused', async () => {
  let bytes: Uint8Array = Buffer.from(members(3));
  for (let times = 0; times < 5; times++) bytes = gzipSync(bytes);
  await expect(rowsOf(new MemoryFile('export.gz', bytes))).rejects.toMatchObject({ code: 'file.refused' });
});

test('what the place says passes through every layer', async () => {
  const whole = gzipSync(Buffer.from(members(4000)));
  const lost = new Error('the place is gone');
  const file = new MemoryFile('export.gz', whole, 1000);
  const failing = {
    ...file,
    name: file.name,
    size: file.size,
    async *open(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 3000);
      throw lost;
    },
  };
  await expect(rowsOf(failing)).rejects.toBe(lost);
});

test.each([
  ['zip', '504b030414000000'],
  ['Zstandard', '28b52ffd04581900'],
])('%s is refused by its name', async (name, head) => {
  const file = new MemoryFile('members.csv', Buffer.from(head, 'hex'));
  await expect(rowsOf(file)).rejects.toThrow(`the file is ${name}, which is not read here`);
});
