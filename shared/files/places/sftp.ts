import type { FileEntryWithStats, Stats } from 'ssh2';
import type { FileEntry } from '../ports.js';
import { changed } from './names.js';
import type { Origin } from './origin.js';
import { Late } from './race.js';
import { entryOf, sameVersion, windowed } from './sftp-read.js';
import { asked, openSession, type SftpLogin, type SftpSession } from './sftp-session.js';
import { diagnoseSsh, isStatus, STATUS } from './ssh-trouble.js';

/** Pages of a folder that are asked for at once. */
const PAGES = 8;

/** Everything in one folder, itself and the one above not counted. */
async function inFolder({ sftp }: SftpSession, path: string): Promise<FileEntryWithStats[]> {
  const handle = await asked<Buffer>((done) => sftp.opendir(path, done));
  const found: FileEntryWithStats[] = [];
  const page = async (): Promise<boolean> => {
    try {
      found.push(...(await asked<FileEntryWithStats[]>((done) => sftp.readdir(handle, done))));
      return true;
    } catch (error) {
      if (isStatus(error, STATUS.eof)) return false;
      throw error;
    }
  };
  try {
    while ((await Promise.all(Array.from({ length: PAGES }, page))).every(Boolean)) {
      // The last of them says that there is no more.
    }
  } finally {
    sftp.close(handle, () => undefined);
  }
  return found.filter(({ filename }) => filename !== '.' && filename !== '..');
}

/** Makes the folders on the way to a file; those that are there already are no trouble. */
async function makeFolders({ sftp }: SftpSession, path: string): Promise<void> {
  const folders = path.split('/').slice(1, -1);
  for (let depth = 1; depth <= folders.length; depth++)
    await asked<void>((done) =>
      sftp.mkdir(`/${folders.slice(0, depth).join('/')}`, (error) => done(error)),
    ).catch(() => undefined);
}

/** Renames over what is there; not every server can do so in one step. */
async function replace({ sftp }: SftpSession, from: string, to: string): Promise<void> {
  try {
    await asked<void>((done) => sftp.ext_openssh_rename(from, to, (error) => done(error)));
  } catch {
    await asked<void>((done) => sftp.unlink(to, (error) => done(error))).catch(() => undefined);
    await asked<void>((done) => sftp.rename(from, to, (error) => done(error)));
  }
}

/** Files of an SFTP server, over one connection that is made when it is needed. Links are not followed. */
export function sftpOrigin(login: SftpLogin): Origin<readonly string[]> {
  const { what, address } = login;
  let current: Promise<SftpSession> | undefined;
  let ready: SftpSession | undefined;
  let ended = false;

  /** The connection there is, or the one that is being made; a new one where it was lost. */
  const connected = (signal: AbortSignal): Promise<SftpSession> => {
    if (current !== undefined && ready?.isOpen() !== false) return current;
    const mine = openSession(login, signal);
    [current, ready] = [mine, undefined];
    mine.then(
      (opened) => {
        ready = opened;
        if (ended) opened.end();
      },
      () => {
        if (current === mine) current = undefined;
      },
    );
    return mine;
  };
  const session = async (signal: AbortSignal): Promise<SftpSession> => {
    const mine = await connected(signal);
    // One that is silent is not asked again.
    signal.addEventListener('abort', () => void (signal.reason instanceof Late && mine.end()), {
      once: true,
    });
    return mine;
  };
  const pathOf = (name: string): string => `/${name}`;

  return {
    what,
    async page(folders = [address.prefix], signal) {
      const [folder = '', ...rest] = folders;
      const found = await inFolder(await session(signal), pathOf(folder)).catch((error: unknown) => {
        // One below may have been removed meanwhile.
        if (folder !== address.prefix && isStatus(error, STATUS.missing)) return [];
        throw error;
      });
      const entries: FileEntry[] = [];
      for (const { filename, attrs } of found) {
        if (attrs.isFile()) entries.push(entryOf(`${folder}${filename}`, attrs));
        if (attrs.isDirectory()) rest.push(`${folder}${filename}/`);
      }
      return { entries, ...(rest.length > 0 && { next: rest }) };
    },
    async stat(name, signal) {
      const { sftp } = await session(signal);
      try {
        const found = await asked<Stats>((done) => sftp.lstat(pathOf(name), done));
        return found.isFile() ? entryOf(name, found) : undefined;
      } catch (error) {
        if (isStatus(error, STATUS.missing)) return undefined;
        throw error;
      }
    },
    async open(entry, from, to, signal) {
      const mine = await session(signal);
      const handle = await asked<Buffer>((done) => mine.sftp.open(pathOf(entry.name), 'r', done)).catch(
        (error: unknown) => {
          throw isStatus(error, STATUS.missing) ? changed(entry.name, 'is gone') : error;
        },
      );
      await sameVersion(mine, handle, entry).catch((error: unknown) => {
        mine.sftp.close(handle, () => undefined);
        throw error;
      });
      return windowed(mine, handle, entry, [from, to]);
    },
    async put(name, bytes, signal) {
      const mine = await session(signal);
      // Whole or not at all, and ours by its name.
      const part = `${pathOf(name)}.part.tributary.json`;
      const write = () =>
        asked<void>((done) => mine.sftp.writeFile(part, Buffer.from(bytes), (error) => done(error ?? null)));
      await write().catch(async (error: unknown) => {
        if (!isStatus(error, STATUS.missing) || !name.slice(address.prefix.length).includes('/')) throw error;
        await makeFolders(mine, pathOf(name));
        await write();
      });
      await replace(mine, part, pathOf(name));
    },
    diagnose: (error) => diagnoseSsh(error, what),
    async close() {
      ended = true;
      await current?.then(
        (open) => open.end(),
        () => undefined,
      );
    },
  };
}
