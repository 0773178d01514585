import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pack, type Written } from '../../build/bundle.js';
import { lambdaBundle, lambdaNames } from '../../build/lambdas.js';
import { packRules } from '../../build/rules.js';
import { Template } from '../../build/template/template.js';
import { unzip } from './unzip.js';

export const ROOT = resolve(import.meta.dirname, '../..');
const OSLS = join(ROOT, 'node_modules/osls/bin/serverless.js');
const run = promisify(execFile);

/** What `osls package` made of the project and an example's rule file. */
export interface Packaged {
  readonly folder: string;
  readonly bundles: ReadonlyMap<string, Written>;
  /** Packages for a stage; gives the template. */
  package(stage: string, ...params: readonly string[]): Promise<Template>;
  /** The same by another program that takes osls' words. */
  packageBy(program: string, stage: string, ...params: readonly string[]): Promise<Template>;
  /** Unpacks the zip of a function of the last package; gives the folder, which knows nothing of this project. */
  unzip(name: string): Promise<string>;
  remove(): Promise<void>;
}

/** Nothing of this machine may reach osls: neither credentials nor settings of a deployment. */
const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  AWS_REGION: 'eu-central-1',
  SLS_NOTIFICATIONS_MODE: 'off',
  CI: '1',
};

/** Makes the package in a folder of its own, as `npm run build:aws` and osls do it. */
export async function makePackage(rules: string): Promise<Packaged> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-package-'));
  for (const part of ['serverless.yml', 'infra/aws', 'package.json'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, 'dist'));
  await symlink(join(ROOT, 'dist/build'), join(folder, 'dist/build')); // what judges before it is packaged
  await packRules(ROOT, { config: join(ROOT, rules) }, folder);
  const bundles = new Map<string, Written>();
  for (const name of lambdaNames(ROOT)) bundles.set(name, await pack(ROOT, lambdaBundle(name, folder)));
  async function packageBy(program: string, stage: string, ...params: readonly string[]): Promise<Template> {
    const args = params.map((param) => `--param=${param}`);
    await run(process.execPath, [program, 'package', '--stage', stage, ...args], { cwd: folder, env: ENV });
    const made = join(folder, '.serverless/cloudformation-template-update-stack.json');
    return Template.parse(JSON.parse(await readFile(made, 'utf8')));
  }
  return {
    folder,
    bundles,
    package: (stage, ...params) => packageBy(OSLS, stage, ...params),
    packageBy,
    async unzip(name) {
      const into = await mkdtemp(join(tmpdir(), `tributary-${name}-`));
      await unzip(join(folder, '.serverless', `${name}.zip`), into);
      return into;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
