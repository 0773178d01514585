import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newSshKey, type SftpServer, startSftp } from '../../../local/emulators/sftp.js';
import { openPlace } from '../../../shared/files/places/open-place.js';
import type { PlaceGround, PlaceStage } from '../../contracts/file-place-subject.js';
import { fakeClock, silent } from '../../support/fakes.js';

/** Who signs in how: what `auth:` of the place says, and the secrets it names. */
export interface SftpAccount {
  readonly auth: Readonly<Record<string, unknown>>;
  readonly secrets: ReadonlyMap<string, string>;
}

/** An SFTP server that is up. */
export interface RunningSftp {
  readonly port: number;
  readonly fingerprint: string;
  readonly user: string;
  /** The root of the server, as a folder of this machine. */
  readonly folder: string;
  /** The same folder, as the server calls it, with a slash at its end. */
  readonly path: string;
  close(): Promise<void>;
}

/** A place below a running server, written to through the file system. */
export function sftpStage(server: RunningSftp, { auth, secrets }: SftpAccount, name: string): PlaceStage {
  const prefix = `${server.path}${name}/of mine/`;
  const real = (path: string): string => join(server.folder, path.slice(server.path.length));
  // A name without the prefix is beside the place.
  const put = (path: string): string =>
    path.startsWith(prefix) ? real(path) : join(server.folder, name, path);
  return {
    prefix,
    open: ({ clock = fakeClock(Date.now()), log = silent, port = server.port, limits, missing } = {}) =>
      openPlace(
        `sftp://${server.user}@127.0.0.1:${port}/${missing ? `${server.path}nowhere/` : prefix}`,
        { hostKey: server.fingerprint, ...auth },
        {
          secrets: { get: async (secret) => secrets.get(secret) ?? '' },
          clock,
          log,
          random: () => 0.5,
          ...(limits && { limits }),
        },
      ),
    async write(path, bytes) {
      await mkdir(dirname(put(path)), { recursive: true });
      await writeFile(put(path), bytes);
    },
    remove: (path) => rm(put(path)),
  };
}

/** Stages on a server, each in a folder of its own. */
export const sftpGround = (server: RunningSftp, account: SftpAccount): PlaceGround => {
  let count = 0;
  return {
    async stage() {
      const name = `stage-${++count}`;
      const stage = sftpStage(server, account, name);
      await mkdir(join(server.folder, name, 'of mine'), { recursive: true });
      return stage;
    },
    close: () => server.close(),
  };
};

/** The server in this process, over a folder that goes with it. */
export async function ownSftp(account: {
  password?: string;
  publicKey?: string;
  hostKey?: string;
}): Promise<RunningSftp> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-sftp-'));
  const user = 'adobe';
  const server: SftpServer = await startSftp({ folder, user, ...account });
  return {
    ...server,
    user,
    folder,
    path: '',
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A key with a passphrase, as secrets and as the server must know it. */
export function keyAccount(): SftpAccount & { readonly publicKey: string } {
  const key = newSshKey('the-passphrase');
  return {
    publicKey: key.public,
    auth: { privateKey: 'secret:key', passphrase: 'secret:passphrase' },
    secrets: new Map([
      ['key', key.private],
      ['passphrase', 'the-passphrase'],
    ]),
  };
}
