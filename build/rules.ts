import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod';
import { formatFinding } from '../shared/config/load.js';
import { loadRules } from '../shared/config/load-rules.js';
import { toolsFor } from '../shared/tools/load.js';

/** Where the customer's files are put in a package; the settings of deployed functions name them there. */
export const RULES_FOLDER = 'dist/rules';
/** The rule file there. */
export const RULES_FILE = 'tributary.json';

/** The customer's files, from where the command runs. */
export interface CustomerFiles {
  /** The rule file. */
  readonly config: string;
  /** The file of functions that rules name (`.js`, `.mjs`, `.ts`), if there is one. */
  readonly functions?: string | undefined;
}

/** What `built.json` says of the rules in a package: where the functions are, and of which files all of it was made. */
export const Built = z.object({
  functions: z.string(),
  /** The rule file first. */
  sources: z.array(z.object({ file: z.string(), sha256: z.string() })),
});
export type Built = z.infer<typeof Built>;

/** SHA-256 of a text, in hex. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

async function compile(root: string, file: string, outfile: string): Promise<void> {
  const path = resolve(file);
  await build({
    absWorkingDir: root,
    entryPoints: [path],
    outfile,
    alias: { 'tributary/functions': join(root, 'shared/tools/define.ts') },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    banner: {
      // For packages of the customer's that are CommonJS.
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  });
}

async function readRules(path: string, config: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const text = `${config} cannot be read: set TRIBUTARY_CONFIG to the path of your rule file`;
    throw new Error(text, { cause });
  }
}

/** The rule file as JSON, when all of it that can be checked here is right. */
async function plainRules(text: string, { config, functions }: CustomerFiles): Promise<string> {
  const loaded = loadRules(text, config, await toolsFor(text, functions));
  if (!loaded.ok) throw new Error(loaded.findings.map(formatFinding).join('\n'));
  const json = JSON.stringify(loaded.plain);
  if (isDeepStrictEqual(JSON.parse(json), loaded.plain)) return json;
  throw new Error(`${config} holds values that JSON has not (.inf, .nan, dates): write them as texts`);
}

/**
 * Puts the rule file into the package that is made in a folder (the project's), as JSON, so that no cold start has to read YAML; and the customer's functions as one
 * module that needs neither a compiler nor anything around it. Says in `built.json` where the functions are, for the
 * setting TRIBUTARY_FUNCTIONS: nowhere, if there are none; and what all of it was made of. Throws an Error that says what is wrong with the files.
 */
export async function packRules(root: string, files: CustomerFiles, into = root): Promise<void> {
  const { config, functions } = files;
  const text = await readRules(resolve(config), config);
  const json = await plainRules(text, files);
  const folder = join(into, RULES_FOLDER);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, RULES_FILE), json);
  if (functions !== undefined) await compile(root, functions, join(folder, 'functions.mjs'));
  const made =
    functions === undefined ? [] : [{ file: functions, text: await readFile(resolve(functions), 'utf8') }];
  const built: Built = {
    functions: functions === undefined ? '' : `${RULES_FOLDER}/functions.mjs`,
    sources: [{ file: config, text }, ...made].map((one) => ({ file: one.file, sha256: digestOf(one.text) })),
  };
  await writeFile(join(folder, 'built.json'), `${JSON.stringify(built)}\n`);
}
