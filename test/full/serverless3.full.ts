import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../build/template/judge.js';
import type { Template } from '../../build/template/template.js';
import { makePackage, type Packaged } from '../build/packaged.js';

const run = promisify(execFile);

/** Kept between runs; out of git. The last of the versions that need no account of its maker's. */
const FOLDER = resolve(import.meta.dirname, '../../.tributary/serverless3');
const VERSION = '3.40.0';
const SERVERLESS = join(FOLDER, 'node_modules/serverless/bin/serverless.js');

async function installed(): Promise<boolean> {
  if (existsSync(SERVERLESS)) return true;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), JSON.stringify({ private: true }));
  const args = ['install', `serverless@${VERSION}`, '--ignore-scripts', '--no-audit', '--no-fund'];
  return run('npm', args, { cwd: FOLDER }).then(
    () => true,
    () => false,
  );
}

const isThere = await installed();
if (!isThere)
  process.stderr.write(
    `SKIPPED: serverless.yml was not packaged by serverless ${VERSION}: no npm registry has it\n`,
  );

/** What differs from one packaging to the next, whoever does it: times, and hashes of zips. */
const lasting = ({ Resources }: Template): unknown =>
  JSON.parse(
    JSON.stringify(
      Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => Type !== 'AWS::Lambda::Version')),
    ).replaceAll(/serverless\/tributary\/\w+\/[\d.TZ:-]+\//g, ''),
  );

describe.runIf(isThere)('the Serverless Framework 3', () => {
  let packaged: Packaged;
  beforeAll(async () => {
    packaged = await makePackage('examples/sales-follow-up/tributary.yaml');
  });
  afterAll(() => packaged?.remove());

  test.each(['dev', 'prod'])('packages what osls packages: %s', async (stage) => {
    const found = await packaged.packageBy(SERVERLESS, stage);
    expect(judge(found)).toEqual([]);
    expect(lasting(found)).toEqual(lasting(await packaged.package(stage)));
  });
});
