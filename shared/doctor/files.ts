import { plural } from '../core/plural.js';
import type { Log } from '../core/ports.js';
import type { Finding } from '../core/remote.js';
import type { FileRule } from '../files/meaning/file-rule.js';
import { REPORT_SUFFIX } from '../files/meaning/not-exports.js';
import type { PlaceDeps } from '../files/places/deps.js';
import { openPlace } from '../files/places/open-place.js';
import type { FileEntry, FilePlace } from '../files/ports.js';
import { findingOf, type Part } from './part.js';

/** So many names tell enough. */
const MOST = 10_000;

/** What places tell the log while they are looked at, as findings. */
const TOLD: Readonly<Record<string, string>> = {
  'file.expiring': 'Find out why they were not read: Adobe deletes them soon.',
  'place.access-ends': 'See to it that it is renewed before (docs/files-places.md).',
  'file.odd-name': 'Have it given another name: it is never read.',
};

function listening(findings: Finding[]): Log {
  return {
    write(_, event, fields) {
      const advice = TOLD[event];
      if (advice === undefined) return;
      const said = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`);
      findings.push({ level: 'warning', what: `${event}: ${said.join(', ')}`, advice });
    },
  };
}

/** The first byte, or the end, of one file. */
async function readOf(place: FilePlace, entry: FileEntry): Promise<void> {
  for await (const piece of place.bytes(entry).open(0, 1)) if (piece.length > 0) return;
}

async function lookAtPlace(place: FilePlace): Promise<Finding> {
  let [count, last] = [0, undefined as FileEntry | undefined];
  for await (const entry of place.list()) {
    if (!entry.name.endsWith(REPORT_SUFFIX)) last = entry;
    if (++count === MOST) break;
  }
  if (last === undefined)
    return { level: 'well', what: `${place.from} can be listed; no file is there to try reading with` };
  await readOf(place, last);
  const files = count === MOST ? `${MOST} files or more` : plural(count, 'file');
  return { level: 'well', what: `${place.from} can be listed (${files}) and read` };
}

async function look(
  rule: FileRule,
  deps: Omit<PlaceDeps, 'log'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const told: Finding[] = [];
  const place = await openPlace(rule.from, rule.auth, { ...deps, log: listening(told), looks: true });
  const stop = (): void => void place.close().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return [await lookAtPlace(place), ...told];
  } catch (error) {
    return [findingOf(error), ...told];
  } finally {
    signal.removeEventListener('abort', stop);
    await place.close();
  }
}

/** The places of `files:`, each listed and one of its files begun to read. Nothing is written or renewed there. */
export const fileParts = (files: readonly FileRule[], deps: Omit<PlaceDeps, 'log'>): readonly Part[] =>
  files.map((rule) => ({ name: `files ${rule.name}`, look: (signal) => look(rule, deps, signal) }));
