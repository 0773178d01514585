import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadConfig } from '../shared/config/load.js';
import type { StateStore } from '../shared/core/ports.js';
import type { Connector } from '../shared/core/remote.js';
import { NO_TOOLS } from '../shared/core/tools.js';
import type { FileBytes, FileEntry, FilePlace } from '../shared/files/ports.js';
import { memoryStore } from '../shared/stores/memory.js';
import type { ObjectStore } from '../shared/stores/objects.js';
import { AUDIENCE } from './files-rows.js';

/** Rules as most files have them: flags that follow the membership, attributes beside them. */
const RULES = `
audiences: { gold: ${AUDIENCE} }
person: { key: [crmId, personalEmail.address] }
connections: { sales: { type: http, url: "https://crm.example.com/contacts" } }
rules:
  - name: the contact
    when: { member: gold }
    do:
      - upsert: sales/Contact
        match: { Id: $key }
        set:
          Gold: { member: gold }
          FirstName: person.name.firstName
          LastName: { from: person.name.lastName, default: Unknown }
          Email: { from: personalEmail.address, as: lowercase }
          Tier: loyalty.tier
files:
  - name: bench
    from: memory://bench
SNAPSHOT    columns: { loyalty_points: { to: loyalty.points, as: number } }
    complete: { stable for: 1 second }
`;

/** The rules of a journey, and the one entry of its files. */
export function journeyConfig(isSnapshot: boolean) {
  const text = RULES.replace('SNAPSHOT', isSnapshot ? '    snapshot: { most exits: 50% }\n' : '');
  const loaded = loadConfig(text, 'bench.yaml', {}, NO_TOOLS);
  if (!loaded.ok) throw new Error(`the rules of the benchmark: ${JSON.stringify(loaded.findings)}`);
  return loaded.config;
}

/** A place of files that are made up while they are read; what is written there is counted as gone. */
export function generatedPlace(files: ReadonlyMap<string, FileBytes>, at: number): FilePlace {
  const entryOf = ({ name, size }: FileBytes): FileEntry => ({ name, size, at, version: name });
  return {
    from: 'memory://bench',
    async *list() {
      for (const file of files.values()) yield entryOf(file);
    },
    async stat(name) {
      const file = files.get(name);
      return file && entryOf(file);
    },
    bytes({ name }) {
      const file = files.get(name);
      if (!file) throw new Error(`there is no ${name}`);
      return file;
    },
    put: async () => undefined,
    close: async () => undefined,
  };
}

/** Takes every row. */
export const takesAll: Connector = {
  name: 'sales',
  operations: ['upsert'],
  maxRows: 200,
  isIdempotent: () => true,
  send: async (actions) => actions.map(() => ({ kind: 'accepted' })),
};

/** Persons whose states are in this process at once: the others would lie in a table. */
const NEAR = 5_000;

/**
 * The memory store, which forgets all but the last persons: what a deployment remembers of millions is not in its process
 * either. Pages of the intake stay.
 */
export function nearStore(): StateStore {
  const pages = memoryStore();
  let [recent, older] = [memoryStore(), memoryStore()];
  const isPage = (id: string): boolean => id.startsWith(':');
  return {
    kind: 'memory',
    async read(ids, signal) {
      const persons = ids.filter((id) => !isPage(id));
      const found = await older.read(persons, signal);
      const all = [...found, ...(await recent.read(persons, signal))];
      return new Map([...all, ...(await pages.read(ids.filter(isPage), signal))]);
    },
    async write(writes, signal) {
      if (writes.every(({ id }) => isPage(id))) return pages.write(writes, signal);
      if (recent.size > NEAR) [older, recent] = [recent, memoryStore()];
      // One consumer alone writes: there is no conflict to be found.
      const known = await recent.read(
        writes.map(({ id }) => id),
        signal,
      );
      return recent.write(
        writes.map(({ id, state }) => {
          const one = known.get(id);
          return { id, state, expected: one?.ok ? one.value.version : undefined };
        }),
        signal,
      );
    },
  };
}

/** Objects in a folder: what lies beside the dead letters of a deployment is not in its process. */
export function folderObjects(folder: string): ObjectStore {
  const pathOf = (name: string): string => join(folder, name);
  return {
    place: folder,
    async put(name, bytes) {
      await mkdir(dirname(pathOf(name)), { recursive: true });
      await writeFile(pathOf(name), bytes);
    },
    get: (name) => readFile(pathOf(name)).catch(() => undefined),
    remove: (name) => rm(pathOf(name), { force: true }),
    async *list(prefix) {
      const names = await readdir(pathOf(prefix), { recursive: true, withFileTypes: true }).catch(() => []);
      for (const one of names)
        if (one.isFile()) yield { name: join(one.parentPath, one.name).slice(folder.length + 1), at: 0 };
    },
  };
}
