import { copyFile, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';

/** The project's root: this file runs as dist/build/page.js. */
const ROOT = resolve(import.meta.dirname, '../..');
const FROM = resolve(ROOT, 'local/console/page');
const TO = resolve(ROOT, 'dist/local/console/page');

// The console's page, for the browsers of the last three years; all of it in three files, which need no network.
await mkdir(TO, { recursive: true });
await build({
  entryPoints: [
    { in: resolve(FROM, 'main.tsx'), out: 'page' },
    { in: resolve(FROM, 'styles/page.css'), out: 'page' },
  ],
  outdir: TO,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome111', 'firefox115', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'warning',
});
for (const name of ['index.html', 'icon.svg']) await copyFile(resolve(FROM, name), resolve(TO, name));
