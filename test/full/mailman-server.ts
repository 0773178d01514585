import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './own-server.js';

const run = promisify(execFile);
const START_MS = 30_000;
const QUIET = [
  'archive bad bounces command digest in lmtp',
  'nntp out pipeline retry shunt task virgin',
].flatMap((names) => names.split(' '));

/** True where Debian's mailman3 is there, and we may be the user it runs as. */
export async function hasMailman(): Promise<boolean> {
  try {
    await run('mailman', ['--version']);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

const settings = (folder: string, port: number): string =>
  [
    ...[
      '[mailman]',
      'layout: here',
      '[paths.here]',
      'bin_dir: /usr/lib/mailman3/bin',
      `var_dir: ${folder}/var`,
    ],
    ...[
      '[database]',
      'class: mailman.database.sqlite.SQLiteDatabase',
      `url: sqlite:///${folder}/var/mailman.db`,
    ],
    ...[
      '[webservice]',
      'hostname: 127.0.0.1',
      `port: ${port}`,
      'admin_user: restadmin',
      'admin_pass: restpass',
    ],
    ...['workers: 1', '[mta]', 'incoming: mailman.mta.null.NullMTA', 'outgoing: mailman.mta.null.NullMTA'],
    // Nothing is mailed.
    ...QUIET.flatMap((name) => [`[runner.${name}]`, 'start: no']),
    '',
  ].join('\n');

/** Starts Mailman's core with one list, `vip.aep.test`. */
export async function startMailman() {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-mailman-'));
  const port = await freePort();
  await mkdir(join(folder, 'var'));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'mailman.cfg'), settings(folder, port));
  await run('chown', ['-R', 'list:list', folder]);
  // The daemon keeps the files it is given open, so it is given none of ours.
  const say = (word: string) =>
    run('su', [
      '-s',
      '/bin/sh',
      'list',
      '-c',
      `cd ${folder} && mailman -C mailman.cfg ${word} >${word}.log 2>&1 </dev/null`,
    ]);
  const url = `http://127.0.0.1:${port}/3.1`;
  const headers = {
    authorization: `Basic ${Buffer.from('restadmin:restpass').toString('base64')}`,
    'content-type': 'application/json',
  };
  const ask = (path: string, body?: object) =>
    fetch(`${url}${path}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
  await say('start');
  const end = performance.now() + START_MS;
  while (
    !(await ask('/system/versions').then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > end) throw new Error(`Mailman was not up after ${START_MS} ms`);
    await delay(200);
  }
  await ask('/domains', { mail_host: 'aep.test' });
  await ask('/lists', { fqdn_listname: 'vip@aep.test' });
  return {
    url,
    /** How many members the list has. */
    async members(): Promise<unknown> {
      const answer: unknown = await (await ask('/lists/vip@aep.test')).json();
      return Reflect.get(Object(answer), 'member_count');
    },
    async close() {
      await say('stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
