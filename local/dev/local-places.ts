import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openYaml } from '../../shared/config/open-yaml.js';
import { readConfig } from '../../shared/config/read-config.js';
import type { FileRule } from '../../shared/files/meaning/file-rule.js';
import { addressIn } from '../../shared/files/places/address.js';

/** A folder of this machine that stands for the place of an entry of `files:`. */
export interface LocalPlace {
  /** Of the entry. */
  readonly name: string;
  /** The place that the rule file names; undefined for a folder that stands for none. */
  readonly from: string | undefined;
  /** Where files are put; absolute. */
  readonly folder: string;
}

/** A file of rules whose places are folders. */
export interface LocalRules {
  /** Path of the file that is to be run. */
  readonly config: string;
  readonly places: readonly LocalPlace[];
  /** Takes away what was made. */
  readonly remove: () => Promise<void>;
}

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nobody who tries something waits for five minutes. A manifest is waited for here, too. */
const SHORT = { 'stable for': '2 seconds' };

/** What the demo's own folder is called. */
const OWN = 'files of your own';

/** A part of a path that every system takes, unlike any other of those that are there. */
function slug(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'files';
  for (let n = 1; ; n++) {
    const text = n === 1 ? plain : `${plain}-${n}`;
    if (taken.has(text)) continue;
    taken.add(text);
    return text;
  }
}

/** An entry whose place is a folder; names within it are those of the place itself. */
const placedIn = (entry: Members, { complete }: FileRule, root: string): Members => {
  const { auth: _, ...rest } = entry;
  return { ...rest, from: `file://${root}`, ...(complete.kind === 'stable' && { complete: SHORT }) };
};

interface Moved {
  readonly entry: Members;
  readonly place: LocalPlace | undefined;
}

async function moved(entry: Members, rule: FileRule, root: string): Promise<Moved> {
  const { name, from } = rule;
  const address = addressIn(from);
  if (!address.ok) throw address.fault;
  const { value } = address;
  if (value.kind === 'file') return { entry, place: { name, from, folder: resolve(value.path) } };
  const folder = join(root, value.prefix);
  await mkdir(folder, { recursive: true });
  return { entry: placedIn(entry, rule, root), place: { name, from, folder } };
}

/** The demo's places stay, so that the run is one of real parts; a folder is the place of one entry more. */
async function besides(entry: Members, rule: FileRule, root: string): Promise<Moved> {
  await mkdir(root, { recursive: true });
  const { match: _, ...rest } = placedIn(entry, rule, root);
  return { entry: { ...rest, name: OWN }, place: { name: OWN, from: undefined, folder: root } };
}

const membersIn = (list: unknown): readonly Members[] => (Array.isArray(list) ? list.filter(isMembers) : []);

/**
 * Puts a folder in the place of each bucket, container and server that `files:` of a rule file names: nothing of the customer's
 * is asked, and whoever tries it needs nothing but a copy of a file. Throws a `config.*` fault that names what is wrong with
 * the file.
 */
export async function withLocalPlaces(
  config: string,
  { isDemo }: { readonly isDemo: boolean },
  env: NodeJS.ProcessEnv,
): Promise<LocalRules> {
  const { files } = await readConfig(config, env['TRIBUTARY_FUNCTIONS'], env);
  const yaml = files.length > 0 ? openYaml(await readFile(config, 'utf8'), config) : undefined;
  if (!yaml?.ok || !isMembers(yaml.plain)) return { config, places: [], remove: async () => undefined };
  const root = await mkdtemp(join(tmpdir(), 'tributary-dev-'));
  const [entries, taken] = [membersIn(yaml.plain['files']), new Set<string>()];
  const all: Moved[] = isDemo ? entries.map((entry) => ({ entry, place: undefined })) : [];
  for (const [i, rule] of files.slice(0, isDemo ? 1 : files.length).entries()) {
    const entry = entries[i] ?? {};
    const own = join(root, slug(isDemo ? OWN : rule.name, taken));
    all.push(await (isDemo ? besides : moved)(entry, rule, own));
  }
  const text = JSON.stringify({ ...yaml.plain, files: all.map(({ entry }) => entry) });
  await writeFile(join(root, 'tributary.json'), text);
  return {
    config: join(root, 'tributary.json'),
    places: all.flatMap(({ place }) => place ?? []),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
