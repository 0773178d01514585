import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
import { type Deployer, type DeployOptions, deployAzure, Refusal, type Said } from './deploy-azure.js';
import { packRules } from './rules.js';

const HELP = `npm run deploy:azure -- --group GROUP [options]

  --group GROUP      the resource group, which must be there
  --stage STAGE      dev (unless said) or prod: which parameters of infra/azure
  --parameters FILE  a file of parameters of your own instead
  --what-if          says what would change, and changes nothing
  --yes              asks nothing

TRIBUTARY_CONFIG names the rule file (tributary.yaml unless set), TRIBUTARY_FUNCTIONS the file of functions, if there is one.
`;

const ROOT = resolve(import.meta.dirname, '../..');

const readJson = (path: string): unknown => JSON.parse(readFileSync(resolve(ROOT, path), 'utf8'));

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
const Secrets = z.array(z.string()).default([]);

function planned(file: string): { settings: ReadonlySet<string>; secrets: readonly string[] } {
  const given = Object.fromEntries(
    Object.entries(Parameters.parse(readJson(file)).parameters).map(([name, { value }]) => [name, value]),
  );
  const { resources, faults } = deploy(readJson(AZURE_TEMPLATE), given);
  if (faults.length > 0) throw new Refusal(`${file} does not fit the template:\n  ${faults.join('\n  ')}`);
  const found = resources.find(({ name }) => name.endsWith('/appsettings'))?.body['properties'];
  const settings = new Set(Object.keys(z.record(z.string(), z.unknown()).parse(found)));
  return { settings, secrets: Secrets.parse(given['secrets']) };
}

const deployer: Deployer = {
  ask: (command, args) => run(command, args, '.', true),
  show: async (command, args, folder = '.') => (await run(command, args, folder, false)).code,
  async build(settings) {
    const { TRIBUTARY_CONFIG: config = 'tributary.yaml', TRIBUTARY_FUNCTIONS: functions } = process.env;
    await packRules(ROOT, { config, functions: functions || undefined });
    await packAzure(ROOT);
    const files = settings.has('TRIBUTARY_FILES_QUEUE')
      ? { TRIBUTARY_FILES_QUEUE: 'storage-queue:files' }
      : {};
    const app = await startPackage(resolve(ROOT, AZURE_FOLDER), files);
    await app.close();
    return app.functions;
  },
  planned: async (file) => planned(file),
  hostJson: readJson('host.json'),
  async confirm(question) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const said = await terminal.question(`${question} [y/N] `);
    terminal.close();
    return /^y(?:es)?$/i.test(said.trim());
  },
  status: async (url) =>
    (await fetch(url, { signal: AbortSignal.timeout(30_000) }).catch(() => undefined))?.status,
  sleep: (ms) => sleep(ms),
  say: (text) => void process.stdout.write(text),
};

function optionsIn(args: string[]): DeployOptions | undefined {
  const text = { type: 'string' } as const;
  const yes = { type: 'boolean', default: false } as const;
  const options = { group: text, stage: text, parameters: text, 'what-if': yes, yes };
  const { values } = parseArgs({ args, options });
  const { group, stage = 'dev', parameters = `infra/azure/${stage}.parameters.json` } = values;
  if (group === undefined || !['dev', 'prod'].includes(stage)) return undefined;
  return { group, parameters, whatIf: values['what-if'], yes: values.yes };
}

try {
  const options = optionsIn(process.argv.slice(2));
  if (options) await deployAzure(options, deployer);
  else {
    process.stderr.write(HELP);
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Refusal ? 1 : 2;
}
