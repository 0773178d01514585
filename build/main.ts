import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { packAzure } from './azure.js';
import { AZURE_CONFIG, AZURE_FOLDER } from './azure-places.js';
import { pack } from './bundle.js';
import { lambdaBundle, lambdaNames } from './lambdas.js';
import { packRules } from './rules.js';
import { weigh } from './weight.js';

const HELP = `build CLOUD: makes what is deployed, under dist/.

  aws   dist/aws/FUNCTION for each Lambda function, dist/rules for the rule file
  azure dist/azure, the package of the function app

TRIBUTARY_CONFIG names the rule file (tributary.yaml unless set), TRIBUTARY_FUNCTIONS the file of functions, if there is one.
`;

/** The project's root: this file runs as dist/build/main.js. */
const ROOT = resolve(import.meta.dirname, '../..');

const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

async function buildAws(): Promise<void> {
  const { TRIBUTARY_CONFIG: config = 'tributary.yaml', TRIBUTARY_FUNCTIONS: functions } = process.env;
  await packRules(ROOT, { config, functions: functions || undefined });
  await rm(resolve(ROOT, 'dist/aws'), { recursive: true, force: true });
  for (const name of lambdaNames(ROOT)) {
    const { atStart, inAll } = weigh(await pack(ROOT, lambdaBundle(name)));
    process.stdout.write(`${name}: ${kB(atStart)} read before its first event, up to ${kB(inAll)} with it\n`);
  }
}

async function buildAzure(): Promise<void> {
  const { TRIBUTARY_CONFIG: config = 'tributary.yaml', TRIBUTARY_FUNCTIONS: functions } = process.env;
  await packRules(ROOT, { config, functions: functions || undefined });
  const { atStart, inAll } = weigh(await packAzure(ROOT));
  process.stdout.write(
    `${AZURE_FOLDER}: ${kB(atStart)} read before its first event, up to ${kB(inAll)} with it; the rules are ${AZURE_CONFIG}\n`,
  );
}

const CLOUDS: Readonly<Record<string, () => Promise<void>>> = { aws: buildAws, azure: buildAzure };

const [cloud = '', ...rest] = process.argv.slice(2);
const make = CLOUDS[cloud];
if (make === undefined || rest.length > 0) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else {
  try {
    await make();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
