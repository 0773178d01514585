import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { Built, digestOf, RULES_FILE, RULES_FOLDER } from './rules.js';
import { type PlannedSettings, secretsNeeded, settingsMissing } from './rules-need.js';
import { wrongParams } from './stack-params.js';

/** What is about to be packaged, as serverless.yml and the command say it. */
export interface Packaging {
  /** Where serverless.yml is. */
  readonly folder: string;
  readonly stage: string;
  /** Settings of each function. */
  readonly functions: Readonly<Record<string, PlannedSettings>>;
  /** Parameters of the command line. */
  readonly given: Readonly<Record<string, string>>;
  /** The bucket for dead letters. */
  readonly letters: string;
}

/** Whether it may be packaged, and what is worth knowing first. */
export interface Judged {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

const Environment = z.record(z.string(), z.unknown()).optional();

/** The parts of osls' own objects that are read: https://www.serverless.com/framework/docs/guides/plugins/creating-plugins */
const Osls = z.object({
  serviceDir: z.string(),
  service: z.object({
    provider: z.object({ stage: z.string().optional(), environment: Environment }),
    functions: z.record(z.string(), z.object({ environment: Environment })),
    custom: z.object({ letters: z.string() }),
  }),
});
const Options = z.object({ stage: z.string().optional(), param: z.array(z.string()).default([]) });

/** What CloudFormation works out only when it deploys (an object here) is some text then. */
const asSetting = (value: unknown): string | undefined =>
  value === undefined || value === null || typeof value === 'string' ? (value ?? undefined) : String(value);

/** Settings that Lambda gives each function: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const OF_LAMBDA = { AWS_REGION: 'set', AWS_DEFAULT_REGION: 'set' };

const settingsOf = (...parts: (Record<string, unknown> | undefined)[]): PlannedSettings =>
  Object.fromEntries(
    Object.entries(Object.assign({ ...OF_LAMBDA }, ...parts)).map(([name, value]) => [
      name,
      asSetting(value),
    ]),
  );

function paramsIn(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => [word.split('=', 1)[0] ?? '', word.slice(word.indexOf('=') + 1)]),
  );
}

/** What osls is about to package. Takes the objects that osls hands to a plugin. */
export function packagingOf(serverless: unknown, options: unknown): Packaging {
  const { serviceDir: folder, service } = Osls.parse(serverless);
  const { stage, param } = Options.parse(options);
  const { provider, functions, custom } = service;
  return {
    folder,
    stage: stage ?? provider.stage ?? 'dev',
    functions: Object.fromEntries(
      Object.entries(functions).map(([name, { environment }]) => [
        name,
        settingsOf(provider.environment, environment),
      ]),
    ),
    given: paramsIn(param),
    letters: custom.letters,
  };
}

const REBUILD = 'npm run build:aws';

/** Whether the rules in the package are those of the files they were made of. A file that is not here cannot be asked. */
async function staleRules(folder: string, built: Built): Promise<readonly string[]> {
  const config = process.env['TRIBUTARY_CONFIG'] || undefined;
  const [of] = built.sources;
  if (config !== undefined && of !== undefined && of.file !== config)
    return [`${RULES_FOLDER} was made of ${of.file}, but TRIBUTARY_CONFIG is ${config}: ${REBUILD}`];
  const stale = await Promise.all(
    built.sources.map(async ({ file, sha256 }) => {
      const text = await readFile(resolve(folder, file), 'utf8').catch(() => undefined);
      return text === undefined || digestOf(text) === sha256 ? [] : [file];
    }),
  );
  return stale.flat().map((file) => `${file} has changed since ${RULES_FOLDER} was made: ${REBUILD}`);
}

/** Names of parameters that serverless.yml and infra/aws ask for. */
async function knownParams(folder: string): Promise<ReadonlySet<string>> {
  const own = join(folder, 'infra/aws');
  const files = (await readdir(own)).filter((file) => file.endsWith('.yml')).map((file) => join(own, file));
  const texts = await Promise.all(
    [join(folder, 'serverless.yml'), ...files].map((file) => readFile(file, 'utf8')),
  );
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/\$\{param:(\w+)/g)].map(([, name = '']) => name)),
  );
}

function lackingSettings({ functions }: Packaging, rules: unknown): readonly string[] {
  const lacking = Object.values(functions).flatMap((settings) => settingsMissing(rules, settings));
  return [...new Set(lacking)].map((text) => `${text}: add it to provider.environment in serverless.yml`);
}

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

/** What keeps a deployment from being packaged, all of it at once, in words that say what to do. */
export async function judgePackaging(packaging: Packaging): Promise<Judged> {
  const { folder, functions, stage, given, letters } = packaging;
  const wrong = wrongParams(given, await knownParams(folder), letters);
  const wanted = [
    ...Object.keys(functions).map((name) => `dist/aws/${name}/index.mjs`),
    ...[RULES_FILE, 'built.json'].map((file) => `${RULES_FOLDER}/${file}`),
  ];
  const missing = wanted.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0)
    return { faults: [`${missing.join(', ')} is missing: ${REBUILD} makes it`, ...wrong], notes: [] };
  const rules = await readJson(join(folder, RULES_FOLDER, RULES_FILE));
  const built = Built.parse(await readJson(join(folder, RULES_FOLDER, 'built.json')));
  const secrets = secretsNeeded(rules, functions['door']?.['TRIBUTARY_DOOR_AUTH'] ?? '');
  return {
    faults: [...(await staleRules(folder, built)), ...lackingSettings(packaging, rules), ...wrong],
    notes: [
      `secrets that this deployment reads: ${secrets.map((name) => `tributary/${stage}/${name}`).join(', ')}`,
      ...(given['alarmEmail']
        ? []
        : ['nobody is told of alarms: no alarmEmail is given (docs/deploy-aws.md)']),
    ],
  };
}
