import { isAbsolute } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type EventSource, fileSource } from '../shared/events/event-source.js';
import type { World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** What commands say about the files they read. */
export const EVENTS_HELP = `EVENTS are files, patterns such as 'parts/*.ndjson' (in the order of their numbers), or - for standard input. They may
hold JSON objects one a line, one after another or printed over many lines, lists, {"profiles":[…]}, or CSV (.csv), plain
or as gzip. Headers of CSV: identityMap.NAMESPACE, segmentMembership.NAMESPACE.ID (a status) and …ID.lastQualificationTime,
all others are attribute paths (text; with :number, :boolean or :json at the end what that says).`;

const inOrder = new Intl.Collator('en', { numeric: true });

async function expand(pattern: string): Promise<readonly string[]> {
  const found = await glob([pattern], { dot: true, absolute: isAbsolute(pattern), expandDirectories: false });
  if (found.length === 0) throw new WrongUse(`no file is like ${JSON.stringify(pattern)}`);
  return found.sort(inOrder.compare);
}

/** `tests/[a].json` may be the name of a file. */
async function sourcesLike(name: string): Promise<readonly EventSource[]> {
  if (!isDynamicPattern(name)) return [await fileSource(name)];
  try {
    return [await fileSource(name)];
  } catch {
    return Promise.all((await expand(name)).map(fileSource));
  }
}

/** The sources that the words of a command line name; standard input when they name none and something is there. */
export async function eventSources(
  names: readonly string[],
  format: EventSource['format'] | undefined,
  { input }: Pick<World, 'input'>,
): Promise<readonly EventSource[]> {
  if (names.length === 0 && input.isTerminal)
    throw new WrongUse('name files of events, or - for standard input');
  const wanted = names.length === 0 ? ['-'] : names;
  if (wanted.filter((name) => name === '-').length > 1)
    throw new WrongUse('standard input can be read once only');
  const stdin: EventSource = { name: 'stdin', format: 'json', open: () => input };
  const found = await Promise.all(wanted.map(async (name) => (name === '-' ? [stdin] : sourcesLike(name))));
  return found.flat().map((source) => (format ? { ...source, format } : source));
}
