import { createHash } from 'node:crypto';
import { connect as connectTo, isIP, type Socket } from 'node:net';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { guardedLookup, mayDial, PRIVATE_ADDRESS } from '../../connectors/wire/dial.js';
import { Fault } from '../../core/fault.js';
import type { SftpAddress } from './address.js';
import { SshError } from './ssh-trouble.js';

/** Whom to sign in to, and as whom. */
export interface SftpLogin {
  readonly what: string;
  readonly address: SftpAddress;
  readonly password?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly passphrase?: string | undefined;
  /** Fingerprints the host key may have. */
  readonly hostKeys: readonly string[];
  readonly allowPrivate: boolean;
}

/** A connection on which files can be worked. */
export interface SftpSession {
  readonly sftp: SFTPWrapper;
  /** True until it was lost or ended. */
  isOpen(): boolean;
  end(): void;
}

/** A dead connection is noticed after a quarter of a minute, also in the middle of a file. */
const KEEPALIVE = { keepaliveInterval: 5_000, keepaliveCountMax: 2 };

const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

function unpinned({ what, hostKeys }: SftpLogin, shown: string): Fault {
  if (hostKeys.length === 0) {
    const text = `${what} is not trusted yet: it shows the host key ${shown}. Ask its owner whether that is right, then say hostKey: "${shown}" under "auth"`;
    return new Fault('config.invalid', text);
  }
  const text = `${what} shows another host key than the one that is pinned: ${shown}. Either its owner changed it, or somebody stands in between: ask them, and do not pin it before`;
  return new Fault('file.unavailable', text);
}

/** The name, or address, may only stand for what may be connected to. */
function dialled({ address: { host, port }, allowPrivate }: SftpLogin): Socket {
  const written = isIP(host) === 6 ? `[${host}]` : host;
  if (!URL.canParse(`http://${written}:${port}`)) throw new Fault('config.invalid', `${host} is no host`);
  const url = new URL(`http://${written}:${port}`);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0 && !mayDial(name, url, { allowPrivate }))
    throw new SshError(Object.assign(new Error('a private address'), { code: PRIVATE_ADDRESS }));
  return connectTo({ host: name, port, lookup: guardedLookup(url, { allowPrivate }), noDelay: true });
}

/** Connects and signs in; given up when the signal aborts. Throws {@link SshError}, or a Fault for a host key nobody knows. */
export function openSession(login: SftpLogin, signal: AbortSignal): Promise<SftpSession> {
  const { address, password, privateKey, passphrase, hostKeys } = login;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const client = new ssh2.Client();
    const sock = dialled(login);
    let [open, refused] = [true, undefined as Fault | undefined];
    const end = (): void => {
      open = false;
      client.end();
      sock.destroy();
    };
    const connecting = new AbortController();
    const fail = (error: Error): void => {
      connecting.abort();
      reject(refused ?? new SshError(error));
      end();
    };
    signal.addEventListener('abort', () => fail(new Error('given up')), { signal: connecting.signal });
    // After it was opened a lost connection shows in the requests that are under way.
    client.on('error', fail);
    client.on('close', () => fail(new Error('the connection was closed')));
    client.on('ready', () =>
      client.sftp((error, sftp) => {
        if (error) return fail(error);
        sftp.on('error', () => undefined);
        connecting.abort();
        resolve({ sftp, isOpen: () => open, end });
      }),
    );
    client.connect({
      sock,
      username: address.user,
      ...(password !== undefined && { password }),
      ...(privateKey !== undefined && { privateKey }),
      ...(passphrase !== undefined && { passphrase }),
      ...KEEPALIVE,
      // Our own limits end it.
      readyTimeout: 0,
      hostVerifier: (key: Buffer) => {
        const shown = fingerprint(key);
        if (hostKeys.some((known) => known.replace(/=+$/, '') === shown)) return true;
        refused = unpinned(login, shown);
        return false;
      },
    });
  });
}

/** Turns a call of ssh2 that answers by a callback into one that is awaited. */
export const asked = <T>(
  call: (done: (error: Error | null | undefined, value: T) => void) => unknown,
): Promise<T> =>
  new Promise((resolve, reject) => {
    try {
      call((error, value) => (error ? reject(new SshError(error)) : resolve(value)));
    } catch (error) {
      // ssh2 throws where it cannot even send.
      reject(error instanceof Error ? new SshError(error) : error);
    }
  });
