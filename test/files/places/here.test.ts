import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { memoryFiles } from '../../../shared/files/places/memory.js';
import { openPlace } from '../../../shared/files/places/open-place.js';
import { filePlaceContract } from '../../contracts/file-place.js';
import type { PlaceSetup } from '../../contracts/file-place-subject.js';
import { fakeClock, silent } from '../../support/fakes.js';

const deps = ({ clock = fakeClock(Date.now()), log = silent }: PlaceSetup = {}) => ({
  secrets: { get: async (name: string) => `secret ${name}` },
  clock,
  log,
  random: () => 0.5,
});

let count = 0;

filePlaceContract({
  name: 'memory',
  async start() {
    return {
      async stage() {
        const name = `stage-${++count}`;
        const outside = await openPlace(`memory://${name}`, undefined, deps());
        return {
          prefix: 'of/mine/',
          open: (setup) => openPlace(`memory://${name}/of/mine`, undefined, deps(setup)),
          write: (path, bytes) => outside.put(path, bytes),
          remove: async (path) => void memoryFiles(name).kept.delete(path),
        };
      },
      close: async () => undefined,
    };
  },
});

filePlaceContract({
  name: 'a folder of this machine',
  async start() {
    const root = await mkdtemp(join(tmpdir(), 'tributary-places-'));
    return {
      async stage() {
        const folder = join(root, `stage-${++count}`, 'place');
        await mkdir(folder, { recursive: true });
        return {
          prefix: '',
          open: (setup) => openPlace(`file://${folder}`, undefined, deps(setup)),
          async write(path, bytes) {
            // Beside the place is beside its folder.
            const full = /^(?:beside\/|secret)/.test(path) ? join(folder, '..', path) : join(folder, path);
            await mkdir(dirname(full), { recursive: true });
            await writeFile(full, bytes);
          },
          remove: (path) => rm(join(folder, path)),
        };
      },
      close: () => rm(root, { recursive: true }),
    };
  },
});
