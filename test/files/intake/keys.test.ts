import { createMessage, encrypt, generateKey, readKey } from 'openpgp';
import { expect, test } from 'vitest';
import { openSources } from '../../../shared/files/intake/open-sources.js';
import { fakeClock, silent } from '../../support/fakes.js';
import { MemoryFile } from '../formats/reading.js';
import { configWith } from '../meaning/stage.js';

test('a key that is put right, or changed, is the one that opens the next file', async () => {
  const userIDs = [{ email: 'exports@example.com' }];
  const pairs = await Promise.all([1, 2].map(() => generateKey({ type: 'ecc', userIDs, format: 'armored' })));
  let secret = 'nonsense';
  const { files, rules } = configWith('audience: hot prospects\ndecrypt: { key: "secret:pgp" }');
  const secrets = { get: async () => secret };
  const deps = { rules, secrets, clock: fakeClock(), log: silent, random: () => 0.5 };
  const source = openSources(files, deps).get('daily');
  for (const { privateKey, publicKey } of pairs) {
    const message = await createMessage({ binary: Buffer.from('crmid\nC-1\n') });
    const encryptionKeys = await readKey({ armoredKey: publicKey });
    const bytes = await encrypt({ message, encryptionKeys, format: 'binary' });
    const open = async () => (await source?.open(new MemoryFile('all.csv.pgp', bytes)))?.columns;
    await expect(open()).rejects.toThrow(/cannot be read|another key/);
    secret = privateKey;
    expect(await open()).toEqual(['crmid']);
  }
});
