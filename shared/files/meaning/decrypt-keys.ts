import type { Secrets } from '../../core/ports.js';
import type { DecryptKey } from '../formats/settings.js';
import type { FileRule } from './file-rule.js';

/** The keys that `decrypt` of an entry names; none when its files are not encrypted. Throws what the secrets throw. */
export function decryptKeys(
  { decrypt = [] }: Pick<FileRule, 'decrypt'>,
  secrets: Secrets,
): Promise<readonly DecryptKey[]> {
  const secret = (reference: string): Promise<string> => secrets.get(reference.replace(/^secret:/, ''));
  return Promise.all(
    decrypt.map(async ({ key, passphrase }) => ({
      privateKey: await secret(key),
      ...(passphrase !== undefined && { passphrase: await secret(passphrase) }),
    })),
  );
}
