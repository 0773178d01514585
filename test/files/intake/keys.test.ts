import { createMessage, encrypt, generateKey, readKey } from 'openpgp';
import { expect, test } from 'vitest';
import { openSources } from '../../../shared/files/intake/open-sources.js';
import { fakeClock, silent } from '../../support/fakes.js';
import { MemoryFile } from '../formats/reading.js';
import { configWith } from '../meaning/stage.js';

/** Two pairs of keys, and a file that was encrypted for each. */
async function twoKeys() {
  const userIDs = [{ email: 'exports@example.com' }];
  const pairs = await Promise.all([1, 2].map(() => generateKey({ type: 'ecc', userIDs, format: 'armored' })));
  return Promise.all(
    pairs.map(async ({ privateKey, publicKey }) => {
      const message = await createMessage({ binary: Buffer.from('crmid\nC-1\n') });
      const encryptionKeys = await readKey({ armoredKey: publicKey });
      const bytes = await encrypt({ message, encryptionKeys, format: 'binary' });
      return { privateKey, file: new MemoryFile('all.csv.pgp', bytes) };
    }),
  );
}

function sourceWith(decrypt: string, get: (name: string) => string) {
  const { files, rules } = configWith(`audience: hot prospects\ndecrypt: ${decrypt}`);
  const secrets = { get: async (name: string) => get(name) };
  const deps = { rules, secrets, clock: fakeClock(), log: silent, random: () => 0.5 };
  const source = openSources(files, deps).get('daily');
  if (!source) throw new Error('there is such an entry');
  return source;
}

test('while a key is replaced, files for the old one and for the new one are read', async () => {
  const keys = await twoKeys();
  const names = ['pgp', 'pgp-before'];
  const source = sourceWith(
    '["secret:pgp", { key: "secret:pgp-before" }]',
    (name) => keys[names.indexOf(name)]?.privateKey ?? '',
  );
  for (const { file } of keys) expect((await source.open(file)).columns).toEqual(['crmid']);
});

test('a key that is put right, or changed, is the one that opens the next file', async () => {
  let secret = 'nonsense';
  const source = sourceWith('{ key: "secret:pgp" }', () => secret);
  for (const { privateKey, file } of await twoKeys()) {
    const open = async () => (await source.open(file)).columns;
    await expect(open()).rejects.toThrow(/cannot be read|another key/);
    secret = privateKey;
    expect(await open()).toEqual(['crmid']);
  }
});
