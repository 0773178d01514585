import { execFile, spawn } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { newSshKey } from '../../local/emulators/sftp.js';
import type { RunningSftp, SftpAccount } from '../files/places/sftp-ground.js';
import { freePort, stop } from './own-server.js';

const run = promisify(execFile);
const SSHD = '/usr/sbin/sshd';
const SFTP_SERVER = '/usr/lib/openssh/sftp-server';
const START_MS = 20_000;

/** True where Debian's openssh-server is there. */
export async function hasOpenSsh(): Promise<boolean> {
  try {
    await Promise.all([access(SSHD), access(SFTP_SERVER)]);
    return true;
  } catch {
    return false;
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Starts OpenSSH for the user who runs the tests, with a key of ours; its files are in a folder that goes with it. */
export async function startOpenSsh(): Promise<{ server: RunningSftp; account: SftpAccount }> {
  const home = await mkdtemp(join(tmpdir(), 'tributary-openssh-'));
  const folder = join(home, 'files');
  await mkdir(folder);
  // sshd as root wants this for those it lets in, whoever they are.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true });
  const key = newSshKey();
  const at = (name: string): string => join(home, name);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('host')]);
  await writeFile(at('authorized'), `${key.public}\n`);
  await chmod(at('authorized'), 0o600);
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    'PasswordAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    `PidFile ${at('pid')}`,
    `Subsystem sftp ${SFTP_SERVER}`,
    '',
  ].join('\n');
  await writeFile(at('config'), config);
  const child = spawn(SSHD, ['-D', '-f', at('config'), '-E', at('log')], { stdio: 'ignore' });
  const end = performance.now() + START_MS;
  while (!(await listens(port))) {
    if (performance.now() > end || child.exitCode !== null)
      throw new Error(`OpenSSH was not up: ${await readFile(at('log'), 'utf8').catch(() => 'no log')}`);
    await delay(50);
  }
  const { stdout } = await run('ssh-keygen', ['-l', '-f', at('host.pub')]);
  const server: RunningSftp = {
    port,
    fingerprint: stdout.split(' ')[1] ?? '',
    user: userInfo().username,
    folder,
    path: `${folder.slice(1)}/`,
    async close() {
      await stop(child);
      await rm(home, { recursive: true, force: true });
    },
  };
  return {
    server,
    account: { auth: { privateKey: 'secret:key' }, secrets: new Map([['key', key.private]]) },
  };
}
