import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Azurite, startAzurite } from '../../local/emulators/azurite.js';
import { page } from './markdown.js';
import { exampleFolder } from './shown-commands.js';

const root = resolve(import.meta.dirname, '../..');
const docs = page('files-operations.md');
const [, trial = ''] = /^```sh azurite\n[\s\S]*?^```\n([\s\S]*?)^Two entries of `files:`/m.exec(docs) ?? [];
/** What is typed, and what comes of it, in order. */
const steps = [...trial.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}));

const Row = z.object({ key: z.string(), fields: z.object({ Newsletter: z.boolean() }) });
const rows: string[] = [];
const crm = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { key, fields } = Row.parse(JSON.parse(Buffer.concat(parts).toString()));
    rows.push(`${key}: ${fields.Newsletter}`);
    response.end('{}');
  });
});
const example = exampleFolder('batch-files');
let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
  await new Promise<void>((done) => crm.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  crm.close();
  await azurite.close();
  example.remove();
});

test('accept and retry can be tried with Azurite, as the page says', async () => {
  // A server that listens on a port has an address with one.
  const { port } = crm.address() as AddressInfo;
  const typed = steps.map(({ kind, text }) => (kind === 'sh' ? text : "printf '\\f'\n")).join('');
  const commands = typed
    // Ours stands in for the page's, and hears what comes.
    .replace(/^node -e .*&$/m, '')
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
  expect(commands).toContain('tributary files accept');
  const { stdout } = await promisify(execFile)('sh', ['-c', `mkdir "$TRIAL"\n${commands}`], {
    cwd: root,
    env: {
      ...process.env,
      AZURITE: azurite.connectionString,
      TRIAL: `${example.folder}/trial`,
      PATH: `${example.folder}/bin:${process.env['PATH'] ?? ''}`,
    },
  });
  expect(stdout.split('\f').slice(0, -1)).toEqual(
    steps.flatMap(({ kind, text }) => (kind === 'text' ? [text] : [])),
  );
  // What the repeated file says has been accepted already.
  expect(rows.sort()).toEqual(['ada@example.com: true', 'bea@example.com: false', 'bea@example.com: true']);
});
