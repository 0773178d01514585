import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AdobeFile } from '../shared/adobe/deployment.js';
import { setUpFiles } from '../shared/adobe/set-up.js';
import { Fault } from '../shared/core/fault.js';
import { targetFields } from '../shared/door/target-fields.js';
import { type AdobeOptions, HELP, readAdobeOptions } from './adobe-options.js';
import { readRules } from './rules-file.js';
import { complain, runHere, type World } from './world.js';

async function save(folder: string, files: readonly AdobeFile[]): Promise<void> {
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('config.unreadable', `${folder} cannot be written (${why}); name another with --out`, {
      cause,
    });
  }
}

const asJson = (files: readonly AdobeFile[]): string =>
  `${JSON.stringify({ files: Object.fromEntries(files.map(({ path, text }) => [path, text])) })}\n`;

async function go(
  { config, functions, out, json, ...deployment }: AdobeOptions,
  world: World,
): Promise<number> {
  const { rules } = await readRules(config, functions ?? world.env['TRIBUTARY_FUNCTIONS']);
  const files = setUpFiles({ ...deployment, fields: targetFields(rules) });
  if (out !== undefined) await save(out, files);
  if (json) await world.out(asJson(files));
  else if (out === undefined) await world.out(files[0]?.text ?? '');
  else await world.out(files.map(({ path }) => `${join(out, path)}\n`).join(''));
  return 0;
}

/** `tributary adobe` on a given machine. */
export async function runAdobe(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readAdobeOptions(args);
    if (options) return await go(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('adobe', error, world);
  }
}

/** `tributary adobe`. */
export const adobe = (args: readonly string[]): Promise<number> => runHere(runAdobe, args);
