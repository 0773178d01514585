import type { Stats } from 'ssh2';
import type { FileEntry } from '../ports.js';
import { replaced } from './names.js';
import { asked, type SftpSession } from './sftp-session.js';

/** What every server takes in one request. */
const PIECE = 32 * 1024;
/** So many are asked for at once: a megabyte is under way, and as much is kept at most. */
const WINDOW = 32;
/** So often it is looked whether somebody writes the file meanwhile, in pieces. */
const LOOK = 64;

/** An entry as the server describes it. Times are whole seconds, so a version is only as sharp as that and the size. */
export const entryOf = (name: string, { size, mtime }: Pick<Stats, 'size' | 'mtime'>): FileEntry => ({
  name,
  size,
  at: mtime * 1000,
  version: `${size}-${mtime}`,
});

/** Throws `file.changed` unless the open file is still that version. */
export async function sameVersion({ sftp }: SftpSession, handle: Buffer, entry: FileEntry): Promise<void> {
  const now = await asked<Stats>((done) => sftp.fstat(handle, done));
  if (entryOf(entry.name, now).version !== entry.version) throw replaced(entry.name);
}

const readAt = ({ sftp }: SftpSession, handle: Buffer, at: number, length: number): Promise<Buffer> => {
  const read = asked<Buffer>((done) => {
    sftp.read(handle, Buffer.allocUnsafe(length), 0, length, at, (error, count, bytes) =>
      done(error, (bytes ?? Buffer.alloc(0)).subarray(0, count ?? 0)),
    );
  });
  // Whoever stops reading does not wait for what is under way.
  read.catch(() => undefined);
  return read;
};

/** Bytes `from` to before `to` of an open file, some of them asked for ahead; closes it in the end. */
export async function* windowed(
  session: SftpSession,
  handle: Buffer,
  entry: FileEntry,
  [from, to]: readonly [number, number],
): AsyncGenerator<Uint8Array, void, undefined> {
  const ahead: Promise<Buffer>[] = [];
  try {
    let asking = from;
    for (let at = from, pieces = 1; at < to; pieces++) {
      for (; ahead.length < WINDOW && asking < to; asking += PIECE)
        ahead.push(readAt(session, handle, asking, Math.min(PIECE, to - asking)));
      const wanted = Math.min(PIECE, to - at);
      const bytes = (await ahead.shift()) ?? Buffer.alloc(0);
      if (bytes.length === 0) throw replaced(entry.name);
      at += bytes.length;
      if (bytes.length < wanted) {
        // A server may give less than was asked for; what is under way lies behind a gap then.
        ahead.length = 0;
        asking = at;
      }
      if (at >= to || pieces % LOOK === 0) await sameVersion(session, handle, entry);
      yield bytes;
    }
  } finally {
    session.sftp.close(handle, () => undefined);
  }
}
