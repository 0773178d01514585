import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';

const folder = mkdtempSync(join(tmpdir(), 'tributary-'));
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line; `on` sees everything printed so far, each time something is. */
function tributary(
  args: readonly string[],
  on?: (child: ChildProcess, out: string) => void,
): Promise<Finished> {
  const child = spawn(process.execPath, ['--no-warnings', 'dist/cli/main.js', ...args]);
  running.add(child);
  const printed = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    printed.out += chunk.toString();
    on?.(child, printed.out);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    printed.err += chunk.toString();
  });
  return new Promise((resolve) => {
    child.on('close', (status) => {
      running.delete(child);
      resolve({ status, ...printed });
    });
  });
}

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const Ledger = z.object({
  good: z.boolean(),
  published: z.number(),
  settled: z.number(),
  records: z.object({ in: z.number(), ended: z.number() }),
  endings: z.record(z.string(), z.number()),
  crm: z.object({ calls: z.number(), rows: z.number(), accepted: z.number() }),
  oracle: z.object({ records: z.number(), malformed: z.number(), differences: z.array(z.unknown()) }),
});

test('the main job: every record accounted for, the CRM as the oracle says, few calls', async () => {
  const { status, out } = await tributary(['dev', '--once', '--json', '--events', '600', '--seed', '7']);
  const ledger = Ledger.parse(JSON.parse(out));
  expect(ledger.oracle.differences).toEqual([]);
  expect({ status, good: ledger.good }).toEqual({ status: 0, good: true });
  expect(ledger.settled).toBe(ledger.published);
  expect(Object.values(ledger.endings).reduce((sum, count) => sum + count, 0)).toBe(ledger.oracle.records);
  expect(ledger.endings['malformed']).toBe(ledger.oracle.malformed);
  expect(ledger.endings['delivered']).toBeGreaterThan(50);
  expect(ledger.crm.accepted).toBeGreaterThan(50);
  expect(ledger.crm.calls).toBeLessThan(ledger.crm.rows);
});

test('Ctrl-C ends it cleanly while it waits for events', async () => {
  let asked = false;
  const { status, out, err } = await tributary(['dev', '--events', '20'], (child, text) => {
    if (asked || !text.includes('Ctrl-C stops everything')) return;
    asked = true;
    child.kill('SIGINT');
  });
  expect(out).toContain('stopping');
  expect({ status, err: err.replace(/^published.*\n/gm, '') }).toEqual({ status: 0, err: '' });
});

const OWN = `audiences:
  hot: hot-1
person: { key: [crmid] }
connections:
  sales: { type: salesforce, domain: "\${NOWHERE}", auth: { clientCredentials: { secret: "secret:salesforce" } } }
rules:
  - name: r
    when: { member: hto }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { LastName: person.name.lastName } }]
`;

test('a wrong file, setting, port or word is one clear message and status 2', async () => {
  const own = file('own.yaml', OWN);
  const wrong = await tributary(['dev', '--once', '--config', own]);
  expect(wrong.status).toBe(2);
  expect(wrong.err).toContain(`${own}:8:13 config.unknown-name`);
  expect(wrong.err).toContain(`${own}:5:30 config.missing-setting`);
  expect(wrong.err).toContain('NOWHERE');

  const absent = await tributary(['dev', '--once', '--config', join(folder, 'absent.yaml')]);
  expect({ status: absent.status, err: absent.err }).toEqual({
    status: 2,
    err: expect.stringMatching(/config\.unreadable: .*absent\.yaml cannot be read.*TRIBUTARY_CONFIG/),
  });

  const usage = await tributary(['dev', '--events', 'many']);
  expect({ status: usage.status, err: usage.err }).toEqual({
    status: 2,
    err: expect.stringContaining('--events takes a whole number'),
  });
  expect((await tributary(['dve'])).status).toBe(2);
  expect(await tributary(['--help'])).toMatchObject({ status: 0, out: expect.stringContaining('dev') });
});

test('an occupied port is named, and what had started is stopped again', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { status, err } = await tributary(['dev', '--once', '--kinesis-port', `${port}`]);
  server.close();
  expect({ status, err }).toEqual({
    status: 2,
    err: expect.stringMatching(new RegExp(`config\\.port-in-use: .*${port} .*--kinesis-port N`)),
  });
});

test("a file goes the way that the page shows, from the demo's folder to its report", async () => {
  const page = readFileSync('docs/files.md', 'utf8');
  const [command = ''] = /^printf .*$/m.exec(page) ?? [];
  const [shown = ''] = /^file guests.*$/m.exec(page) ?? [];
  expect([command, shown]).not.toContain('');
  let place = '';
  let report = '';
  const { status, out, err } = await tributary(['dev', '--events', '20'], (child, text) => {
    const [, found] = /^ {4}(\/.*files-of-your-own)$/m.exec(text) ?? [];
    if (found === undefined || !text.includes('Ctrl-C stops everything')) return;
    if (place === '') {
      place = found;
      execFileSync('sh', ['-c', command], { env: { ...process.env, FOLDER: found } });
    }
    if (report !== '' || !text.includes(shown)) return;
    report = readFileSync(join(place, 'guests_20260901_020000.csv.tributary.json'), 'utf8');
    child.kill('SIGINT');
  });
  expect(JSON.parse(report)).toMatchObject({ result: 'done', rows: 2, badRows: 1 });
  expect(out).toContain(shown);
  expect({ status, err: err.replace(/^published.*\n/gm, '') }).toEqual({ status: 0, err: '' });
  expect(existsSync(place)).toBe(false);
});

/** The curl command in a text: its URL and its body. */
function curlIn(text: string): { url: string; body: string } | undefined {
  const [, url = '', body = ''] = /^curl (\S+\/v1\/exports) -H '[^']+' -d '([^']+)'$/m.exec(text) ?? [];
  return url === '' ? undefined : { url, body };
}

test("the README's curl, with the port that is printed, delivers a person by the HTTP door", async () => {
  const readme = curlIn(readFileSync('README.md', 'utf8'));
  let answer: Promise<Response> | undefined;
  let stopped = false;
  const { status, out, err } = await tributary(
    ['dev', '--events', '20', '--door-port', '0'],
    (child, text) => {
      const printed = curlIn(text);
      if (!text.includes('Ctrl-C stops everything') || !printed) return;
      expect(printed.body).toBe(readme?.body);
      expect(readme?.url).toBe(printed.url.replace(/:\d+\//, ':7071/'));
      const headers = { 'content-type': 'application/json' };
      answer ??= fetch(printed.url, { method: 'POST', headers, body: printed.body });
      if (stopped || !text.slice(text.indexOf('Ctrl-C')).includes('(+1)')) return;
      stopped = true;
      child.kill('SIGINT');
    },
  );
  const response = await answer;
  expect([response?.status, await response?.json()]).toMatchObject([200, { received: 1, accepted: 1 }]);
  expect({ status, err: err.replace(/^published.*\n/gm, '') }).toEqual({ status: 0, err: '' });
  expect(out).toMatch(/delivered \d+ \(\+1\)/);
});
