import { formatFinding } from '../shared/config/load.js';
import { isFatal, openPlain } from '../shared/config/open.js';
import { openYaml } from '../shared/config/open-yaml.js';
import { Fault } from '../shared/core/fault.js';
import { plural } from '../shared/core/plural.js';
import type { Finding } from '../shared/core/remote.js';
import { connectionParts, type Opened } from '../shared/doctor/connections.js';
import { fileParts } from '../shared/doctor/files.js';
import { type Diagnosis, lookAt, type Part } from '../shared/doctor/part.js';
import { placesOf } from '../shared/doctor/places.js';
import { settingsPart } from '../shared/doctor/settings.js';
import type { FileRule } from '../shared/files/meaning/file-rule.js';
import { openSecrets } from '../shared/secrets.js';
import { toolsFor } from '../shared/tools/load.js';
import { type DoctorOptions, HELP, readDoctorOptions } from './doctor-options.js';
import { type Paint, paintOf } from './paint.js';
import { printable } from './printable.js';
import { readText } from './rules-file.js';
import { complain, runHere, type World } from './world.js';

/** Where the files of a rule file lie. */
interface WithFiles {
  readonly files: readonly FileRule[];
}

/** Opens a rule file with the settings of its deployment. Throws `config.*` with every finding. */
export async function openFile(
  path: string,
  functions: string | undefined,
  env: World['env'],
): Promise<Opened & WithFiles> {
  const text = await readText(path, 'name your file with --config FILE');
  const yaml = openYaml(text, path);
  const opened = yaml.ok ? openPlain(yaml.plain, env, await toolsFor(text, functions)) : undefined;
  const faults = yaml.ok ? yaml.locate((opened?.findings ?? []).filter(isFatal)) : yaml.findings;
  if (opened?.file && faults.length === 0)
    return { file: opened.file, connections: opened.connections, files: opened.files };
  throw new Fault(
    'config.invalid',
    `${path} has ${plural(faults.length, 'fault')}:\n${faults.map(formatFinding).join('\n')}`,
  );
}

/** Everything there is to look at, or the one connection that is meant. */
async function partsOf(
  { file, functions, connection }: DoctorOptions,
  world: World,
): Promise<readonly Part[]> {
  const { env, clock } = world;
  const opened = await openFile(file, functions ?? env['TRIBUTARY_FUNCTIONS'], env);
  const deps = { secrets: await openSecrets(env, clock), clock };
  const connections = connectionParts(opened, deps);
  const storage = env['TRIBUTARY_STORAGE_CONNECTION'];
  const places = { ...deps, random: Math.random, ...(storage && { connection: storage }) };
  const settings = settingsPart(env, { files: opened.files.length > 0 });
  if (connection === undefined)
    return [settings, ...placesOf(env, clock), ...connections, ...fileParts(opened.files, places)];
  const meant = connections.filter(({ name }) => name === `connection ${connection}`);
  if (meant.length > 0) return meant;
  const known = [...opened.connections.keys()].join(', ');
  throw new Fault(
    'config.unknown-name',
    `${file} has no connection ${JSON.stringify(connection)}; it has ${known}`,
  );
}

const SIGNS = { well: 'ok', warning: 'warning', error: 'error' } as const;

function line({ level, what, advice }: Finding, paint: Paint): string {
  const sign = SIGNS[level].padEnd(7);
  const painted = { well: paint.green, warning: paint.yellow, error: paint.red }[level](sign);
  const more = advice === undefined ? '' : `\n          ${paint.dim(printable(advice))}`;
  return `  ${painted} ${printable(what)}${more}\n`;
}

const textOf = ({ part, findings }: Diagnosis, paint: Paint): string =>
  `${paint.bold(part)}\n${findings.map((finding) => line(finding, paint)).join('')}`;

const jsonOf = ({ part, findings }: Diagnosis): string =>
  findings.map((finding) => `${JSON.stringify({ part, ...finding })}\n`).join('');

/** `tributary doctor` on a given machine. */
export async function runDoctor(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readDoctorOptions(args, world.env);
    if (!options) {
      await world.out(HELP);
      return 0;
    }
    const paint = paintOf(world.screen.colours);
    let [errors, warnings] = [0, 0];
    for await (const diagnosis of lookAt(await partsOf(options, world), options.seconds * 1000, world.stop)) {
      errors += diagnosis.findings.filter(({ level }) => level === 'error').length;
      warnings += diagnosis.findings.filter(({ level }) => level === 'warning').length;
      await world.out(options.json ? jsonOf(diagnosis) : textOf(diagnosis, paint));
    }
    if (!options.json)
      await world.out(
        `\n${plural(errors, 'error')}, ${plural(warnings, 'warning')}; nothing was written anywhere\n`,
      );
    return errors > 0 ? 1 : 0;
  } catch (error) {
    return complain('doctor', error, world);
  }
}

/** `tributary doctor`. */
export const doctor = (args: readonly string[]): Promise<number> =>
  runHere(runDoctor, args, { heedsStop: true });
