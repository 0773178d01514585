import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './root.js';

const run = promisify(execFile);

/** The peers are in a lock file of their own, so that the project's own `npm ci` stays small. */
const LOCKED = join(ROOT, 'bench/peers');
/** Not beside their lock file: whatever walks the project's sources would walk theirs. */
const PLACE = join(ROOT, 'node_modules/.cache/tributary-peers');
const DONE = join(PLACE, 'installed.json');

/** The peers that are installed. */
export interface Peers {
  /** A module of a peer, or undefined where it cannot be loaded; then it is among the missing. */
  load<T>(specifier: string): T | undefined;
  /** What could not be loaded, and why. */
  readonly missing: ReadonlyMap<string, string>;
}

const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Whether what is installed is what the lock file says. */
export const arePeersInstalled = async (): Promise<boolean> =>
  (await text(DONE)) === (await readFile(join(LOCKED, 'package-lock.json'), 'utf8'));

/** What npm said, as far as it says why: not its code alone, nor where in npm it happened. */
function npmReason(stderr: string): string | undefined {
  const lines = stderr.split('\n').flatMap((line) => {
    const [, said] = /^npm (?:error|ERR!) (?:network )?(\S.*)/.exec(line) ?? [];
    return said === undefined ? [] : [said];
  });
  return lines.find((line) => !/^(code|syscall|errno|path|dest) /.test(line)) ?? lines[0];
}

/** In one line, why the peers could not be installed and what to do; from what running npm was rejected with. */
export function whyNotInstalled(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  const why = npmReason(stderr) ?? first;
  return `npm ci of bench/peers: ${why.trim()}; let this machine reach its npm registry (npm config get registry), or copy node_modules/.cache/tributary-peers from a machine that can, and run this again`;
}

/** Installs the peers with `npm ci`, without their install scripts, unless they are. Gives {@link whyNotInstalled} when it cannot. */
export async function installPeers(): Promise<string | undefined> {
  if (await arePeersInstalled()) return undefined;
  await mkdir(PLACE, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(join(LOCKED, name), join(PLACE, name));
  try {
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: PLACE });
  } catch (error) {
    return whyNotInstalled(error);
  }
  await writeFile(DONE, await readFile(join(LOCKED, 'package-lock.json')));
  return undefined;
}

/** Opens the peers as they are installed in a folder, which is where they belong unless told; those that are not are missing. */
export function openPeers(place: string = PLACE): Peers {
  // Segment's packages cannot be imported, only required; Node requires ES modules too.
  const require = createRequire(join(place, 'package.json'));
  // As Node names what it loads, whichever way leads there.
  const modules = join(existsSync(place) ? realpathSync(place) : place, 'node_modules', sep);
  const missing = new Map<string, string>();
  return {
    missing,
    load<T>(specifier: string): T | undefined {
      try {
        // Node looks in the folders above as well, where the project has a zod and a cel-js of its own.
        if (!require.resolve(specifier).startsWith(modules)) throw new Error('it is not installed');
        // What the peer's documentation says it exports. That it does what ours does is checked before it is measured.
        return require(specifier) as T;
      } catch (error) {
        const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
        missing.set(specifier, why);
        return undefined;
      }
    },
  };
}
