import { openDesk } from '../shared/assemble-files.js';
import { Fault } from '../shared/core/fault.js';
import { declared, quote } from '../shared/core/names.js';
import { type Looked, lookAt, meantBy, type SourceLook } from '../shared/files/intake/desk.js';
import type { IntakePages } from '../shared/files/intake/pages.js';
import type { FileSource } from '../shared/files/intake/source.js';
import type { FilesOptions } from './files-options.js';
import type { AudienceTitles } from './files-view.js';
import type { World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** The files of a deployment, as far as they can be looked at. */
export interface Desk {
  /** Those that are asked about. */
  readonly sources: readonly FileSource[];
  /** All that the rule file has. */
  readonly all: readonly FileSource[];
  readonly pages: IntakePages;
  readonly titles: AudienceTitles;
}

/** Opens the deployment that the environment names. Throws `config.*` faults, also for an entry that it does not have. */
export async function openAt({ source }: Pick<FilesOptions, 'source'>, world: World): Promise<Desk> {
  const { sources, pages, titles } = await openDesk(world.env, world.clock);
  const all = [...sources.values()];
  if (source === undefined) return { sources: all, all, pages, titles };
  const one = sources.get(source);
  if (one) return { sources: [one], all, pages, titles };
  const names = [...sources.keys()];
  const text = `there is no entry named ${quote(source)} in "files"; ${declared(source, names)}`;
  throw new Fault('config.unknown-name', text);
}

/** Looks at all sources, one after another. */
export async function lookAll({
  sources,
  all,
  pages,
}: Pick<Desk, 'sources' | 'all' | 'pages'>): Promise<readonly SourceLook[]> {
  const looks: SourceLook[] = [];
  for (const source of sources) looks.push(await lookAt(source, pages, all));
  return looks;
}

/** Tells on standard error which places could not be looked through; gives whether there are any. */
export function tellUnreached(looks: readonly SourceLook[], { err }: Pick<World, 'err'>): boolean {
  for (const { source, fault } of looks)
    if (fault) err(`tributary files: ${quote(source.name)}: ${fault.code}: ${fault.message}\n`);
  return looks.some(({ fault }) => fault);
}

/** The one file that is meant; undefined when there is none. Throws {@link WrongUse} when it may be several. */
export function findIn(looks: readonly SourceLook[], file: string): Looked | undefined {
  const found = meantBy(
    file,
    looks.flatMap(({ files }) => files),
  );
  if (found.length <= 1) return found[0];
  const names = found.map(({ name, source }) => `${name} (${source.name})`).join(', ');
  throw new WrongUse(`${quote(file)} may be ${names}; say the whole name, or --source`);
}
