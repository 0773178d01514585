import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tributary-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = join(folder, 'rules.yaml');
writeFileSync(
  config,
  `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: { sales: { type: salesforce } }
rules:
  - name: contact
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot } } }]
`,
);

const filler = 'a text as customers have them '.repeat(25);

const lineOf = (i: number): string =>
  `${JSON.stringify({
    identityMap: { CRMID: [{ id: `C-${i % 100}` }] },
    segmentMembership: {
      ups: { 'hot-1': { status: i % 3 ? 'realized' : 'exited', lastQualificationTime: 1_790_000_000 + i } },
    },
    filler,
  })}\n`;

/** Feeds so many bytes of events to the built command line; gives what it said, and the most memory it had, in MB. */
async function planOf(bytes: number): Promise<{ status: unknown; out: string; peak: number }> {
  const tell =
    'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS))';
  // Little room for what has just been made: on a busy machine the engine takes more of it before it tidies up.
  const args = ['--max-semi-space-size=2', '--import', tell, 'dist/cli/main.js', 'plan'];
  args.push('--config', config, '--summary', '-');
  const child = spawn(process.execPath, args);
  let [out, err, left] = ['', '', bytes];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const closed = once(child, 'close');
  for (let i = 0; left > 0; ) {
    let block = '';
    for (; block.length < 1_000_000 && block.length < left; i++) block += lineOf(i);
    left -= block.length;
    if (!child.stdin.write(block)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [status] = (await closed) as unknown[];
  return { status, out, peak: Number(/peak (\d+)/.exec(err)?.[1]) / 1024 };
}

test('memory does not grow with the length of the file', async () => {
  const few = await planOf(5_000_000);
  const many = await planOf(50_000_000);
  expect([few.status, many.status]).toEqual([0, 0]);
  expect(many.out).toContain('100 persons known');
  expect(Number(/records in all +(\d+)/.exec(many.out)?.[1])).toBeGreaterThan(50_000);
  expect(few.peak).toBeGreaterThan(30);
  expect(many.peak).toBeLessThan(few.peak + 60);
});

test('whoever stops reading ends it without complaint', async () => {
  const events = join(folder, 'events.ndjson');
  writeFileSync(events, Array.from({ length: 20_000 }, (_, i) => lineOf(i)).join(''));
  const child = spawn(process.execPath, [
    'dist/cli/main.js',
    'plan',
    '--config',
    config,
    '--json',
    '--all',
    events,
  ]);
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [status] = (await once(child, 'close')) as unknown[];
  expect({ status, err }).toEqual({ status: 0, err: '' });
});
