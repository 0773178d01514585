import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { NO_REGION, regionOf, secretsThere } from './aws-account.js';
import { RULES_FILE, RULES_FOLDER } from './rules.js';
import { secretsNeeded } from './rules-need.js';
import { judge } from './template/judge.js';
import { Template, under } from './template/template.js';

const HELP = `npm run deploy:aws -- [options]: builds, packages, judges the template, asks for the secrets, deploys, asks /health.

  --stage NAME        dev unless set
  --region NAME       AWS_REGION, AWS_DEFAULT_REGION or the region of the profile unless set
  --param NAME=VALUE  of serverless.yml; may be given again
  --no-deploy         stop before anything is sent: what would be deployed is in .serverless

docs/deploy-aws.md has each step by hand.
`;

/** The project's root: this file runs as dist/build/deploy-aws.js. */
const ROOT = resolve(import.meta.dirname, '../..');
const OSLS = join(ROOT, 'node_modules/osls/bin/serverless.js');

/** Where the SDK finds credentials: any one of these settings, or these files. */
const SETTINGS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];
const FILES = ['.aws/credentials', '.aws/config'];

const hasCredentials = (): boolean =>
  SETTINGS.some((name) => process.env[name]) || FILES.some((file) => existsSync(join(homedir(), file)));

const NO_ACCOUNT = `there are no AWS credentials here, so nothing was deployed. Sign in (aws sso login, or aws configure), or set
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE. --no-deploy does all that needs no account.`;

/** A stage is part of the names of everything, of buckets too. */
const STAGE = /^[a-z0-9][a-z0-9-]*$/;
const NO_STAGE = '--stage must be small letters, digits and hyphens: it becomes part of names of buckets';

/** Runs a command where everybody can see it; throws an Error when it fails. */
async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`${args.slice(0, 2).join(' ')} ended with ${String(code)}`);
}

async function judgePackage(): Promise<Template> {
  const made = join(ROOT, '.serverless/cloudformation-template-update-stack.json');
  const template = Template.parse(JSON.parse(await readFile(made, 'utf8')));
  const found = judge(template);
  if (found.length > 0) throw new Error(`the template breaks our rules:\n${found.join('\n')}`);
  return template;
}

/** Asks whether the secrets are there that the deployed functions will read. Throws an Error that says how to make those that are not. */
async function needSecrets(template: Template, region: string): Promise<void> {
  const settings = under(template.Resources['DoorLambdaFunction']?.Properties, 'Environment.Variables');
  const prefix = String(under(settings, 'TRIBUTARY_SECRETS')).replace(/^secrets-manager:/, '');
  const rules: unknown = JSON.parse(await readFile(join(ROOT, RULES_FOLDER, RULES_FILE), 'utf8'));
  const names = secretsNeeded(rules, String(under(settings, 'TRIBUTARY_DOOR_AUTH') ?? ''));
  const { faults, notes } = await secretsThere(
    names.map((name) => `${prefix}${name}`),
    region,
  );
  for (const note of notes) process.stderr.write(`${note}\n`);
  if (faults.length > 0)
    throw new Error(`nothing was deployed, because the functions could not start:\n  ${faults.join('\n  ')}`);
}

/** Asks the deployed door how it is. Throws an Error when it is not well. */
async function smoke(stage: readonly string[]): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [OSLS, 'info', ...stage], { cwd: ROOT });
  const [address] = /https:\/\/\S+\.execute-api\.\S+/.exec(stdout) ?? [];
  if (address === undefined) throw new Error('osls info names no address of the HTTP API');
  const health = new URL('/health', address).href;
  const answer = await fetch(health, { signal: AbortSignal.timeout(30_000) });
  process.stdout.write(`${health}: ${answer.status} ${await answer.text()}\n`);
  if (answer.status !== 200) throw new Error('the door is not well; docs/operations.md#the-door-fails');
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      stage: { type: 'string', default: 'dev' },
      region: { type: 'string' },
      param: { type: 'string', multiple: true, default: [] },
      'no-deploy': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!STAGE.test(values.stage)) {
    process.stderr.write(`${NO_STAGE}\n`);
    return 2;
  }
  const deploys = !values['no-deploy'];
  if (deploys && !hasCredentials()) {
    process.stderr.write(`${NO_ACCOUNT}\n`);
    return 2;
  }
  const region = await regionOf(values.region, process.env);
  if (region === undefined) {
    process.stderr.write(`${NO_REGION}\n`);
    return 2;
  }
  const where = ['--stage', values.stage, '--region', region];
  const stage = [...where, ...values.param.map((param) => `--param=${param}`)];
  await run([join(ROOT, 'dist/build/main.js'), 'aws']);
  await run([OSLS, 'package', ...stage]);
  const template = await judgePackage();
  if (!deploys) return 0;
  await needSecrets(template, region);
  await run([OSLS, 'deploy', '--package', '.serverless', ...stage]);
  await smoke(stage);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
