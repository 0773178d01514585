import { openDesk } from '../../shared/assemble-files.js';
import { systemClock } from '../../shared/clock.js';
import { plural } from '../../shared/core/plural.js';
import { ENDINGS } from '../../shared/core/ports.js';
import { type Looked, lookAt, type SourceLook } from '../../shared/files/intake/desk.js';
import { stateOf } from '../../shared/files/intake/file-state.js';
import { type FileProgress, fileHash } from '../../shared/files/intake/progress.js';
import type { LocalPlace } from './local-places.js';
import { plain } from './plain.js';

/** Gives what has been put into the folders of a run. */
export type FilesThere = () => Promise<readonly SourceLook[]>;

/** Looks where a run keeps what it knows of files. Throws a `config.*` fault when the file of rules is wrong. */
export async function filesIn(env: NodeJS.ProcessEnv, places: readonly LocalPlace[]): Promise<FilesThere> {
  if (places.length === 0) return async () => [];
  const { sources, pages } = await openDesk(env, systemClock);
  const own = places.flatMap(({ name }) => sources.get(name) ?? []);
  return () => Promise.all(own.map((source) => lookAt(source, pages, own)));
}

/** Characters of a name or a reason that are shown. */
const MOST = 2_000;

const countsOf = ({ rows = 0, endings }: FileProgress): string => {
  const parts = ENDINGS.flatMap((name) => (endings[name] ? [`${name} ${endings[name]}`] : []));
  return `${plural(rows, 'row')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
};

function lineOf({ source, name, progress, closing }: Looked): string {
  const { word, why } = stateOf(progress, closing);
  const counts = progress && (word === 'done' || word === 'waiting for you') ? `, ${countsOf(progress)}` : '';
  const because = why ? ` (${why.code}: ${plain(why.text, MOST)})` : '';
  return `file ${plain(name, MOST)} of "${plain(source.name)}": ${word}${counts}${because}\n`;
}

/** Those that nobody reads, as far as they are named. */
const strangerLines = ({ strangers }: SourceLook): readonly string[] =>
  strangers.names.map(
    (name) => `file ${plain(name, MOST)}: no entry of "files" takes its name, so nobody reads it\n`,
  );

const keyOf = ({ source, name, progress }: Looked): string =>
  fileHash(source.name, name, progress?.version ?? '');

/** Says what becomes of files, each step of each file once. */
export function watchFiles(files: FilesThere, say: (text: string) => void): { look(): Promise<void> } {
  const told = new Map<string, string>();
  const strange = new Set<string>();
  let isLooking = false;
  const look = async (): Promise<void> => {
    const looks = await files();
    for (const line of looks.flatMap(strangerLines)) {
      if (!strange.has(line)) say(line);
      strange.add(line);
    }
    for (const one of looks.flatMap((there) => there.files)) {
      const { word, why } = stateOf(one.progress, one.closing);
      const key = keyOf(one);
      const step = `${word} ${why?.code}`;
      // One that nobody has begun is seen by whoever has put it there.
      if (word === 'new' || told.get(key) === step) continue;
      told.set(key, step);
      say(lineOf(one));
    }
  };
  return {
    async look() {
      // A slow look is not overtaken by the next one.
      if (isLooking) return;
      isLooking = true;
      await look().finally(() => {
        isLooking = false;
      });
    },
  };
}
