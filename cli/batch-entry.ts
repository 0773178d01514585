import { resolve, sep } from 'node:path';
import type { FileMeaning } from '../shared/files/meaning/file-meaning.js';
import { isOpen } from '../shared/files/meaning/from.js';
import { addressIn } from '../shared/files/places/address.js';
import { WrongUse } from './wrong-use.js';

/** The path of a file as stores write paths, so that its folders can tell the audience, too. */
export const pathOf = (name: string): string => resolve(name).split(sep).join('/');

/** Entries as messages name them, each with its place. */
export const entriesText = (meanings: readonly FileMeaning[]): string =>
  meanings.map(({ rule: { name, from } }) => `${JSON.stringify(name)} (${from})`).join(', ');

/** The entry of a name. Throws {@link WrongUse} for others. */
export function entryNamed(name: string, meanings: readonly FileMeaning[]): FileMeaning {
  const found = meanings.find(({ rule }) => rule.name === name);
  if (found) return found;
  throw new WrongUse(
    meanings.length === 0
      ? '--as names an entry of files:, and the rules have none'
      : `--as names an entry of files:, which are ${entriesText(meanings)}, not ${JSON.stringify(name)}`,
  );
}

/** The bucket and the folders in which an entry's files lie; none while a setting of the deployment says it. */
function foldersOf({ rule: { from } }: FileMeaning): readonly string[] {
  const address = isOpen(from) ? undefined : addressIn(from);
  if (!address?.ok) return [];
  const { value } = address;
  const path = value.kind === 'file' ? value.path : value.prefix;
  const root = 'root' in value ? [value.root] : [];
  return [...root, ...path.split('/').filter((step) => step !== '')];
}

/** How many of the last folders of an entry a path has, one in the other. */
function sharedFolders(meaning: FileMeaning, path: string): number {
  const folders = foldersOf(meaning);
  for (let count = folders.length; count > 0; count--)
    if (`${path}`.includes(`/${folders.slice(-count).join('/')}/`)) return count;
  return 0;
}

/** Whether a file lies in the place of an entry: in that folder of this machine, or below folders called as all those of its place. */
function liesIn(meaning: FileMeaning, path: string): boolean {
  const { from } = meaning.rule;
  const address = isOpen(from) ? undefined : addressIn(from);
  if (address?.ok && address.value.kind === 'file') return path.startsWith(`${pathOf(address.value.path)}/`);
  const folders = foldersOf(meaning);
  return folders.length > 0 && sharedFolders(meaning, path) === folders.length;
}

/**
 * Whether an entry is about a file: by its `match`; without one because the name says an audience or a time as Adobe's do, or because
 * the file lies in its place, where a deployment takes every file for one.
 */
function isAbout(meaning: FileMeaning, path: string): boolean {
  const said = meaning.nameOf(path);
  if (said === undefined) return false;
  const isNamed = meaning.rule.match !== undefined || said.audience !== undefined || said.at !== undefined;
  return isNamed || liesIn(meaning, path);
}

/** Those whose folders are most like the ones that a file lies in. */
function nearestOf(meanings: readonly FileMeaning[], path: string): readonly FileMeaning[] {
  const shared = meanings.map((meaning) => sharedFolders(meaning, path));
  const most = Math.max(...shared);
  return meanings.filter((_, i) => shared[i] === most);
}

/**
 * The entry that a file belongs to by its name or its place and, where it may be several, by the folders it lies in; undefined when it
 * is none. Throws {@link WrongUse} when it may be several.
 */
export function entryOf(name: string, meanings: readonly FileMeaning[]): FileMeaning | undefined {
  const path = pathOf(name);
  const fitting = meanings.filter((meaning) => isAbout(meaning, path));
  // Whoever says which names are meant knows better than who takes any.
  const sure = fitting.filter(
    ({ rule, nameOf }) => rule.match !== undefined && nameOf(path)?.stranger === undefined,
  );
  const likely = sure.length > 0 ? sure : fitting;
  const [one, ...others] = likely.length > 1 ? nearestOf(likely, path) : likely;
  if (one && others.length > 0)
    throw new WrongUse(
      `${name} may belong to several entries of files:, ${entriesText([one, ...others])}; say which with --as NAME, or put it into a folder that is called as in the place of one`,
    );
  return one;
}
