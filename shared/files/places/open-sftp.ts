import ssh2 from 'ssh2';
import { Fault } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';
import type { SftpAddress } from './address.js';
import type { SftpAuth } from './auth.js';
import { secretOf } from './secret-of.js';
import type { SftpLogin } from './sftp-session.js';

/** How an SFTP server is signed in to, secrets included. A private key nobody can read is a `config.invalid` fault. */
export async function sftpLogin(address: SftpAddress, auth: SftpAuth, secrets: Secrets): Promise<SftpLogin> {
  const read = async (ref: string | undefined): Promise<string | undefined> =>
    ref === undefined ? undefined : secretOf(secrets, ref);
  const [password, privateKey, passphrase] = [
    await read(auth.password),
    await read(auth.privateKey),
    await read(auth.passphrase),
  ];
  const key = privateKey === undefined ? undefined : ssh2.utils.parseKey(privateKey, passphrase);
  if (key instanceof Error)
    throw new Fault(
      'config.invalid',
      `${auth.privateKey} is no private key that can be read (${key.message})`,
    );
  const { hostKey = [], allowPrivate } = auth;
  const what = `the SFTP server ${address.host}:${address.port}`;
  const hostKeys = [hostKey].flat();
  return { what, address, password, privateKey, passphrase, hostKeys, allowPrivate };
}
