import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { AZURE_FOLDER } from './azure-places.js';
import { type Bundle, pack, type Written } from './bundle.js';
import { RULES_FOLDER } from './rules.js';

/** The worker brings this module itself; it is on no registry. */
const WORKER = '@azure/functions-core';

/** The bundle of the whole function app: the host starts one process for several functions. */
export const azureBundle = (folder: string): Bundle => ({
  entry: 'functions/index.ts',
  folder,
  external: [WORKER],
});

const Named = z.object({ name: z.string(), version: z.string() });

/**
 * Makes the package in a folder: host.json, a package.json whose `main` is the bundle, the bundle, and the customer's rules
 * as build/rules.ts has left them in another. It needs no node_modules, and nothing of it has to be built remotely.
 */
export async function packAzure(root: string, folder = AZURE_FOLDER, rules = RULES_FOLDER): Promise<Written> {
  const to = resolve(root, folder);
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const written = await pack(root, azureBundle(folder));
  await cp(join(root, 'host.json'), join(to, 'host.json'));
  await cp(resolve(root, rules), join(to, 'rules'), { recursive: true });
  const { name, version } = Named.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const about = { name, version, private: true, type: 'module', main: 'index.mjs' };
  await writeFile(join(to, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
  await writeFile(join(to, '.funcignore'), 'local.settings.json\n*.map\n');
  // Never published: from it Core Tools learns what language this is.
  const local = { IsEncrypted: false, Values: { FUNCTIONS_WORKER_RUNTIME: 'node' } };
  await writeFile(join(to, 'local.settings.json'), `${JSON.stringify(local, null, 2)}\n`);
  return written;
}
