import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answers, freePort, stop } from './own-server.js';

const run = promisify(execFile);

/** The administrator's password; the server is reached from this machine only. */
export const PASSWORD = 'secretpw';
const START_MS = 30_000;

/** True where the commands of Debian's tryton-server are there. */
export async function hasTryton(): Promise<boolean> {
  try {
    await run('trytond-admin', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** A real CRM with an empty database that holds the module "party". */
export interface Tryton {
  /** Where the database answers. */
  readonly url: string;
  /** Calls a method as its administrator; fails for an answer that is an error. */
  call(method: string, ...params: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

async function initialise(folder: string): Promise<void> {
  const env = { ...process.env, TRYTONPASSFILE: join(folder, 'pw') };
  const admin = (...args: string[]) =>
    run('trytond-admin', ['-c', 'trytond.conf', '-d', 'crm', ...args, '--email', 'admin@example.com'], {
      cwd: folder,
      env,
    });
  await admin('--all');
  await admin('-u', 'party', '--activate-dependencies');
}

/** Makes a database and starts the server on a free port of this machine. */
export async function startTryton(): Promise<Tryton> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-tryton-'));
  const port = await freePort();
  const settings = [
    ...['[database]', 'uri = sqlite://', `path = ${folder}/db`, '[web]', `listen = 127.0.0.1:${port}`],
    ...['[session]', 'authentications = password'],
  ];
  await mkdir(join(folder, 'db'));
  // SQLite makes a database of an empty file, and Tryton only opens what is there.
  await writeFile(join(folder, 'db/crm.sqlite'), '');
  await writeFile(join(folder, 'trytond.conf'), `${settings.join('\n')}\n`);
  await writeFile(join(folder, 'pw'), `${PASSWORD}\n`);
  await initialise(folder);
  const child = spawn('trytond', ['-c', 'trytond.conf'], { cwd: folder, stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}/crm/`;
  const end = performance.now() + START_MS;
  while (!(await answers(url))) {
    if (performance.now() > end) throw new Error(`Tryton was not up after ${START_MS} ms`);
    await delay(100);
  }
  const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
  return {
    url,
    async call(method, ...params) {
      const body = JSON.stringify({ id: 1, method, params: [...params, {}] });
      const headers = { authorization, 'content-type': 'application/json' };
      const answer: unknown = await (await fetch(url, { method: 'POST', headers, body })).json();
      const { result, error } = Object(answer) as { result?: unknown; error?: unknown };
      if (error !== undefined) throw new Error(JSON.stringify(error));
      return result;
    },
    async close() {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
