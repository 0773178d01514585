import type { Result } from '../core/fault.js';
import type { RulesFile } from '../core/rules.js';
import type { FilePath } from '../core/scope.js';
import { type FieldLists, readFieldLists } from './field-lists.js';
import type { PathFinding } from './places.js';
import { type Profile, readProfileFile } from './profile-file.js';

/** Whether a connection's name can be that of a file, and of no file elsewhere. */
const isFileName = (name: string): boolean => /^[\w-]+$/.test(name);

/** Reads a text file that the rule file names, relative to it. Bad: `config.unreadable`. */
export type ReadBeside = (name: string) => Promise<Result<string>>;

/** What was read beside the rule file, and what could not be. */
export interface Beside<T> {
  readonly read: T;
  readonly findings: readonly PathFinding[];
}

/** Reads and understands one file; what is wrong with it is a finding at the place that names it. */
export async function readSide<T>(
  name: string,
  at: FilePath,
  read: ReadBeside,
  understand: (text: string) => Result<T>,
): Promise<Beside<T | undefined>> {
  const text = await read(name);
  const understood = text.ok ? understand(text.value) : text;
  if (understood.ok) return { read: understood.value, findings: [] };
  const { code, message } = understood.fault;
  return { read: undefined, findings: [{ code, path: at, message: `${name} ${message}` }] };
}

/** The profile that a file declares; none when it declares none. */
export async function profileOf(
  { profile }: RulesFile,
  read: ReadBeside,
): Promise<Beside<Profile | undefined>> {
  if (profile === undefined) return { read: undefined, findings: [] };
  return readSide(profile, ['profile'], read, (text) => readProfileFile(text, profile));
}

/** Where the fields of a connection are looked for when it names no file. */
export const fieldsBeside = (connection: string): string => `.tributary/fields/${connection}.json`;

/** The lists of fields of all connections that have one, by connection. */
export async function fieldsOf(
  { connections }: RulesFile,
  read: ReadBeside,
): Promise<Beside<ReadonlyMap<string, FieldLists>>> {
  const lists = new Map<string, FieldLists>();
  const findings: PathFinding[] = [];
  for (const [name, { fields }] of Object.entries(connections)) {
    const file = fields ?? fieldsBeside(name);
    // Nobody promised that there is one at the usual place.
    const isThere = fields !== undefined || (isFileName(name) && (await read(file)).ok);
    if (!isThere) continue;
    const at = fields === undefined ? ['connections', name] : ['connections', name, 'fields'];
    const beside = await readSide(file, at, read, readFieldLists);
    if (beside.read) lists.set(name, beside.read);
    findings.push(...beside.findings);
  }
  return { read: lists, findings };
}
