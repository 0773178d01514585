import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { deploy } from '../infra/azure/judge/deployed.js';
import { startPackage } from '../local/functions-host/package-client.js';
import { packAzure } from './azure.js';
import { AZURE_FOLDER, AZURE_TEMPLATE } from './azure-places.js';
import {
  type Deployer,
  type DeployOptions,
  deployAzure,
  type Planned,
  Refusal,
  type Said,
} from './deploy-azure.js';
import { packRules, RULES_FILE, RULES_FOLDER } from './rules.js';

const HELP = `npm run deploy:azure -- --group GROUP [options]

  --group GROUP      the resource group, which must be there
  --stage STAGE      dev (unless said) or prod: which parameters of infra/azure
  --parameters FILE  a file of parameters of your own instead
  --what-if          says what would change, and changes nothing
  --yes              asks nothing
  --help             this text

TRIBUTARY_CONFIG names the rule file (tributary.yaml unless set), TRIBUTARY_FUNCTIONS the file of functions, if there is one.
`;

const ROOT = resolve(import.meta.dirname, '../..');

const readJson = (path: string): unknown => JSON.parse(readFileSync(resolve(ROOT, path), 'utf8'));

/** Words that cannot be meant. */
class WrongWords extends Error {}

/** Windows has az as a batch file. */
const shell = process.platform === 'win32';

const run = (command: string, args: readonly string[], folder: string, quiet: boolean): Promise<Said> =>
  new Promise((done) => {
    const child = spawn(command, args, {
      cwd: resolve(ROOT, folder),
      shell,
      stdio: ['inherit', quiet ? 'pipe' : 'inherit', 'inherit'],
    });
    const out = child.stdout === null ? Promise.resolve('') : readAll(child.stdout);
    child.once('error', () => done({ code: 127, out: '' }));
    child.once('close', (code) => void out.then((said) => done({ code: code ?? 1, out: said })));
  });

const Parameters = z.object({ parameters: z.record(z.string(), z.object({ value: z.unknown() })) });
const Texts = z.array(z.string()).default([]);

/** Values of a file of parameters. Throws a Refusal that says what is wrong with the file. */
function parametersIn(file: string): Readonly<Record<string, unknown>> {
  const path = resolve(ROOT, file);
  if (!existsSync(path))
    throw new Refusal(`${file} cannot be read: there is no such file; name yours with --parameters FILE`);
  try {
    const { parameters } = Parameters.parse(readJson(file));
    return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
  } catch {
    const like = 'infra/azure/dev.parameters.json';
    throw new Refusal(`${file} is no file of parameters; make it as ${like} is`);
  }
}

/** A value that Azure works out only when it deploys is some text then. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function planned(file: string): Planned {
  const given = parametersIn(file);
  const { resources, faults } = deploy(readJson(AZURE_TEMPLATE), given);
  if (faults.length > 0) throw new Refusal(`${file} does not fit the template:\n  ${faults.join('\n  ')}`);
  const found = resources.find(({ name }) => name.endsWith('/appsettings'))?.body['properties'];
  const values = Object.entries(z.record(z.string(), z.unknown()).parse(found));
  const settings = Object.fromEntries(values.map(([name, value]) => [name, asText(value)]));
  return { settings, secrets: Texts.parse(given['secrets']), told: Texts.parse(given['alertEmails']) };
}

const deployer: Deployer = {
  ask: (command, args) => run(command, args, '.', true),
  show: async (command, args, folder = '.') => (await run(command, args, folder, false)).code,
  async build(settings) {
    const { TRIBUTARY_CONFIG: config = 'tributary.yaml', TRIBUTARY_FUNCTIONS: functions } = process.env;
    await packRules(ROOT, { config, functions: functions || undefined });
    await packAzure(ROOT);
    const files =
      settings['TRIBUTARY_FILES_QUEUE'] !== undefined ? { TRIBUTARY_FILES_QUEUE: 'storage-queue:files' } : {};
    const app = await startPackage(resolve(ROOT, AZURE_FOLDER), files);
    await app.close();
    return { functions: app.functions, rules: readJson(`${RULES_FOLDER}/${RULES_FILE}`) };
  },
  planned: async (file) => planned(file),
  hostJson: readJson('host.json'),
  async confirm(question) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    // Where nobody can answer the input ends, and the question would be asked for ever.
    const ended = once(terminal, 'close').then(() => undefined);
    const said = await Promise.race([terminal.question(`${question} [y/N] `), ended]);
    terminal.close();
    if (said === undefined)
      throw new Refusal('\nnobody answered, so nothing was changed; --yes asks nothing');
    return /^y(?:es)?$/i.test(said.trim());
  },
  status: async (url) =>
    (await fetch(url, { signal: AbortSignal.timeout(30_000) }).catch(() => undefined))?.status,
  sleep: (ms) => sleep(ms),
  say: (text) => void process.stdout.write(text),
};

const OPTIONS = {
  group: { type: 'string' },
  stage: { type: 'string', default: 'dev' },
  parameters: { type: 'string' },
  'what-if': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

function wordsIn(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new WrongWords(error instanceof Error ? error.message : String(error));
  }
}

/** Undefined when only help is wanted. */
function optionsIn(args: string[]): DeployOptions | undefined {
  const { group, stage, help, parameters = `infra/azure/${stage}.parameters.json`, ...rest } = wordsIn(args);
  if (help) return undefined;
  if (group === undefined) throw new WrongWords('--group is missing: which resource group?');
  if (!['dev', 'prod'].includes(stage)) {
    const own = 'the template knows no other; --parameters FILE names parameters of your own for one of them';
    throw new WrongWords(`--stage takes dev or prod, not ${JSON.stringify(stage)}; ${own}`);
  }
  parametersIn(parameters);
  return { group, parameters, whatIf: rest['what-if'], yes: rest.yes };
}

try {
  const options = optionsIn(process.argv.slice(2));
  if (options) await deployAzure(options, deployer);
  else process.stdout.write(HELP);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof WrongWords ? `${text}\n\n${HELP}` : `${text}\n`);
  process.exitCode = error instanceof Refusal ? 1 : 2;
}
