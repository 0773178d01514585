import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type FieldLists, readFieldLists } from '../shared/config/field-lists.js';
import { fieldsBeside } from '../shared/config/side-files.js';
import { Fault } from '../shared/core/fault.js';
import { plural } from '../shared/core/plural.js';
import { type LiveFields, liveFields } from '../shared/doctor/connections.js';
import { openSecrets } from '../shared/secrets.js';
import { openFile } from './doctor.js';
import type { World } from './world.js';

/** Objects that cannot be asked for now are kept as they were last seen. */
async function keptBefore(path: string): Promise<FieldLists> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return {};
  }
  const lists = readFieldLists(text);
  if (lists.ok) return lists.value;
  throw new Fault('config.invalid', `${path} ${lists.fault.message}; it is left as it is: mend or remove it`);
}

/** Whoever reads meanwhile sees the old list or the new one. */
async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

function tell({ connection, lists, faults }: LiveFields, path: string, world: World): void {
  const count = Object.keys(lists).length;
  if (count > 0) world.err(`${connection}: fields of ${plural(count, 'object')} kept in ${path}\n`);
  for (const { code, message } of faults) world.err(`${connection}: ${code}: ${message}\n`);
}

/**
 * Asks the targets of a rule file for the fields of the objects that rules use, and keeps them where `tributary check`
 * looks for them. What could not be had is said, and what was kept of it before stays. False when something could not be had. Throws `config.*` for a file with
 * faults.
 */
export async function keepLiveFields(
  file: string,
  functions: string | undefined,
  world: World,
): Promise<boolean> {
  const opened = await openFile(file, functions, world.env);
  const deps = { secrets: await openSecrets(world.env, world.clock), clock: world.clock };
  const all = await liveFields(opened, deps, world.stop);
  for (const one of all) {
    const named = opened.file.connections[one.connection]?.fields ?? fieldsBeside(one.connection);
    const path = resolve(dirname(file), named);
    const lists = { ...(await keptBefore(path)), ...one.lists };
    if (Object.keys(one.lists).length > 0) await replace(path, `${JSON.stringify(lists, null, 2)}\n`);
    tell(one, named, world);
  }
  if (all.length === 0) world.err('no connection of this file can tell its fields\n');
  return all.every(({ faults }) => faults.length === 0);
}
