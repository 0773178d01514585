import { Fault } from '../../core/fault.js';
import type { FileEntry } from '../ports.js';
import { type Closing, closingId } from './closing.js';
import type { IntakeDeps } from './deps.js';
import { goneIn } from './exports.js';
import { indexPages } from './index-page.js';
import { type FileOrder, sendOrders } from './order.js';
import { pageId } from './page.js';
import type { IntakePages } from './pages.js';
import { type FileProgress, fileHash, freshProgress, isOver, progressId } from './progress.js';
import type { FileSource } from './source.js';
import { type Strangers, strangersIn } from './strangers.js';

/** A file as operators look at it; without progress nobody has been sent to it. */
export interface Looked {
  readonly source: FileSource;
  readonly name: string;
  readonly progress: FileProgress | undefined;
  /** The end of the full export that it belongs to. */
  readonly closing: Closing | undefined;
}

type Deps = Pick<IntakeDeps, 'clock'>;

const hashOf = ({ source, name, version }: FileProgress): string => fileHash(source, name, version);

/** Tells the ends of the full exports that files belong to. */
async function closingsOf(
  { name: source, namingOf, snapshot }: FileSource,
  names: readonly string[],
  pages: IntakePages,
): Promise<(name: string) => Closing | undefined> {
  if (!snapshot) return () => undefined;
  const idOf = (name: string): string => {
    const { stem, audience } = namingOf(name);
    return closingId(source, stem, audience);
  };
  const known = await pages.closing.readAll([...new Set(names.map(idOf))]);
  return (name) => known.get(idOf(name))?.value;
}

/** Every version of files of a source that has been begun, as far as its list goes back; the newest last. */
async function begun(source: FileSource, pages: IntakePages): Promise<readonly FileProgress[]> {
  const lists = await pages.index.readAll(indexPages(source.name));
  const files = [...lists.values()].flatMap(({ value }) => value?.files ?? []);
  files.sort((a, b) => a.began - b.began);
  const ids = files.map(({ id }) => pageId('file', id));
  const known = await pages.progress.readAll(ids);
  return ids.flatMap((id) => known.get(id)?.value ?? []);
}

/** What lies in a place now: files that have not been begun, and those that nobody reads. */
interface Lying {
  readonly files: readonly Looked[];
  readonly strangers: Strangers;
}

/** Of what lies in the place that nobody has been sent to, or that is not whole yet; and what no entry takes. */
async function unbegun(source: FileSource, pages: IntakePages, all: readonly FileSource[]): Promise<Lying> {
  const place = await source.place();
  const entries: FileEntry[] = [];
  const strangers = strangersIn(source, all);
  for await (const entry of place.list())
    if (source.roleOf(entry.name) === 'data') entries.push(entry);
    else strangers.see(entry.name);
  const known = await pages.progress.readAll(entries.map((entry) => progressId(source.name, entry)));
  const files = entries.flatMap(({ name, ...entry }): Looked[] => {
    const progress = known.get(progressId(source.name, { name, ...entry }))?.value;
    if (progress && progress.turns > 0) return [];
    return [{ source, name, progress, closing: undefined }];
  });
  return { files, strangers: strangers.seen() };
}

/** What is known of the files of a source. */
export interface SourceLook {
  readonly source: FileSource;
  /** Those that have not been begun first, then the newest last. */
  readonly files: readonly Looked[];
  /** Files that lie in its place and that no entry takes. */
  readonly strangers: Strangers;
  /** Why its place could not be looked through; then `files` are those that have been begun. */
  readonly fault: Fault | undefined;
}

async function unbegunOf(
  source: FileSource,
  pages: IntakePages,
  all: readonly FileSource[],
): Promise<Lying | Fault> {
  try {
    return await unbegun(source, pages, all);
  } catch (error) {
    if (error instanceof Fault && /^(?:file|config)\./.test(error.code)) return error;
    throw error;
  }
}

/**
 * All files of a source; `all` are the entries that may take what it does not. A place that does not answer, or cannot be
 * opened, is a fault of that source alone.
 */
export async function lookAt(
  source: FileSource,
  pages: IntakePages,
  all: readonly FileSource[] = [],
): Promise<SourceLook> {
  const found = await unbegunOf(source, pages, all);
  const fault = found instanceof Fault ? found : undefined;
  const lying = found instanceof Fault ? { files: [], strangers: { count: 0, names: [] } } : found;
  const files: Looked[] = [...lying.files];
  // One that is to be worked on again has been begun before and is in the list of those, too.
  const told = new Set(files.flatMap(({ progress }) => (progress ? [hashOf(progress)] : [])));
  const others = (await begun(source, pages)).filter((progress) => !told.has(hashOf(progress)));
  const closingOf = await closingsOf(
    source,
    others.map(({ name }) => name),
    pages,
  );
  for (const progress of others) {
    const { name } = progress;
    files.push({ source, name, progress, closing: closingOf(name) });
  }
  return { source, files, strangers: lying.strangers, fault };
}

const isUnbegun = ({ progress }: Looked): boolean => !progress || progress.turns === 0;

/** The files a person may mean by a name: the whole of it, or the end of it after a slash; the newest version of each. */
export function meantBy(text: string, looked: readonly Looked[]): readonly Looked[] {
  // What nobody has begun lies there now, whatever has been read under its name before.
  const inTime = [...looked.filter((one) => !isUnbegun(one)), ...looked.filter(isUnbegun)];
  const newest = new Map(inTime.map((one) => [`${one.source.name}\n${one.name}`, one]));
  const all = [...newest.values()];
  const whole = all.filter(({ name }) => name === text);
  return whole.length > 0 ? whole : all.filter(({ name }) => name.endsWith(`/${text}`));
}

const orderOf = ({ source, name }: Looked, work: FileOrder['work']): FileOrder => ({
  work,
  source: source.name,
  name,
});

/** Lets the exits of a full export be carried out that wait for somebody to say so. Gives false when none do. */
export async function accept(
  looked: Looked,
  pages: IntakePages,
  { queue }: Pick<IntakeDeps, 'queue'>,
): Promise<boolean> {
  const { source, name } = looked;
  const { stem, audience } = source.namingOf(name);
  const id = closingId(source.name, stem, audience);
  const { value, version } = await pages.closing.read(id);
  // Without exits it is a file that is missing, and nobody can agree to that.
  if (value?.stage !== 'waiting' || value.exits.length === 0) return false;
  const agreed = goneIn(value.comparison?.turnover);
  if (!(await pages.closing.write(id, { ...value, accepted: value.parts, agreed }, version))) return false;
  await sendOrders(queue, [orderOf(looked, 'close')]);
  return true;
}

/**
 * Has a file worked on again: one that waits at once, one that has come to its end from the beginning. Gives false while
 * somebody works on it.
 */
export async function retry(
  { source, name }: Looked,
  pages: IntakePages,
  { queue, clock }: Pick<IntakeDeps, 'queue'> & Deps,
): Promise<boolean> {
  const entry = await (await source.place()).stat(name);
  if (!entry) return false;
  const id = progressId(source.name, entry);
  const { value, version } = await pages.progress.read(id);
  const now = clock.now();
  if (value?.lease && value.lease.until > now) return false;
  if (value) {
    const { time, audience } = value;
    const fresh = {
      ...freshProgress(source.name, entry, time, now),
      ...(audience !== undefined && { audience }),
    };
    const next = isOver(value) ? fresh : { ...value, due: undefined };
    if (!(await pages.progress.write(id, next, version))) return false;
  }
  await sendOrders(queue, [{ work: 'rows', source: source.name, name }]);
  return true;
}
