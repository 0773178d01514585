import { type FileHandle, lstat, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

/** As many names as OpenSSH tells at once. */
const NAMES = 100;

const statusOf = (error: unknown): number => {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE;
  return code === 'EACCES' || code === 'EPERM' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
};

interface Stats {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
}

const attributes = ({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats): Attributes => ({
  mode,
  uid,
  gid,
  size,
  atime: Math.floor(atimeMs / 1000),
  mtime: Math.floor(mtimeMs / 1000),
});

const flagsOf = (mode: number): string => {
  if ((mode & OPEN_MODE.WRITE) === 0) return 'r';
  return (mode & OPEN_MODE.TRUNC) === 0 ? 'r+' : 'w';
};

/** What a client holds open: a file, or the names of a folder that it was not told yet. */
type Held = { readonly file: FileHandle } | { readonly names: FileEntry[] };

/** Serves the files of a folder over one SFTP channel: what reading, listing, writing and renaming take. */
export function serveFolder(sftp: SFTPWrapper, folder: string): void {
  const held = new Map<string, Held>();
  let count = 0;
  // Normal paths do not lead above the root.
  const real = (path: string): string => join(folder, posix.resolve('/', path));
  const keep = (what: Held): Buffer => {
    const id = String(++count);
    held.set(id, what);
    return Buffer.from(id);
  };
  const fileOf = (handle: Buffer): FileHandle => {
    const found = held.get(handle.toString());
    if (found === undefined || !('file' in found)) throw new Error('no such handle');
    return found.file;
  };
  let before: Promise<unknown> = Promise.resolve();
  /** Answers with what a piece of work gives, or with the status its failure has; one after another, as OpenSSH does. */
  const answer = (id: number, work: () => Promise<unknown>): void => {
    before = before.then(work).catch((error: unknown) => sftp.status(id, statusOf(error)));
  };
  const done = (id: number, work: () => Promise<unknown>): void =>
    answer(id, async () => {
      await work();
      sftp.status(id, STATUS_CODE.OK);
    });

  sftp.on('OPEN', (id, path, mode) =>
    answer(id, async () => sftp.handle(id, keep({ file: await open(real(path), flagsOf(mode)) }))),
  );
  sftp.on('READ', (id, handle, offset, length) =>
    answer(id, async () => {
      const { bytesRead, buffer } = await fileOf(handle).read(Buffer.alloc(length), 0, length, offset);
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, buffer.subarray(0, bytesRead));
    }),
  );
  sftp.on('WRITE', (id, handle, offset, data) =>
    done(id, () => fileOf(handle).write(data, 0, data.length, offset)),
  );
  sftp.on('FSTAT', (id, handle) =>
    answer(id, async () => sftp.attrs(id, attributes(await fileOf(handle).stat()))),
  );
  sftp.on('LSTAT', (id, path) => answer(id, async () => sftp.attrs(id, attributes(await lstat(real(path))))));
  sftp.on('STAT', (id, path) => answer(id, async () => sftp.attrs(id, attributes(await stat(real(path))))));
  // Clients set a mode after writing; all files here belong to one user.
  sftp.on('SETSTAT', (id) => sftp.status(id, STATUS_CODE.OK));
  sftp.on('FSETSTAT', (id) => sftp.status(id, STATUS_CODE.OK));
  sftp.on('OPENDIR', (id, path) =>
    answer(id, async () => {
      const names: FileEntry[] = [];
      for (const filename of await readdir(real(path)))
        names.push({
          filename,
          longname: filename,
          attrs: attributes(await lstat(join(real(path), filename))),
        });
      sftp.handle(id, keep({ names }));
    }),
  );
  sftp.on('READDIR', (id, handle) => {
    const found = held.get(handle.toString());
    const names = found !== undefined && 'names' in found ? found.names.splice(0, NAMES) : [];
    if (names.length === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.name(id, names);
  });
  sftp.on('CLOSE', (id, handle) =>
    done(id, async () => {
      const found = held.get(handle.toString());
      held.delete(handle.toString());
      if (found !== undefined && 'file' in found) await found.file.close();
    }),
  );
  sftp.on('REMOVE', (id, path) => done(id, () => unlink(real(path))));
  sftp.on('MKDIR', (id, path) => done(id, () => mkdir(real(path))));
  sftp.on('RENAME', (id, from, to) =>
    done(id, async () => {
      // Version 3 of the protocol does not rename over what is there.
      const taken = await lstat(real(to)).catch(() => undefined);
      if (taken) throw new Error('there is such a file');
      await rename(real(from), real(to));
    }),
  );
  sftp.on('REALPATH', (id, path) => {
    const filename = posix.resolve('/', path);
    sftp.name(id, [
      {
        filename,
        longname: filename,
        attrs: attributes({ mode: 0, uid: 0, gid: 0, size: 0, atimeMs: 0, mtimeMs: 0 }),
      },
    ]);
  });
  sftp.on('close', () => {
    for (const one of held.values()) if ('file' in one) one.file.close().catch(() => undefined);
  });
}
