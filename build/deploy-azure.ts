import { packageFaults } from '../local/functions-host/package-check.js';
import type { FunctionMetadata } from '../local/functions-host/rpc.js';
import { AZURE_FOLDER, AZURE_TEMPLATE } from './azure-places.js';
import { isPlaceholder } from './placeholder.js';
import { azureLacks, type PlannedSettings } from './rules-need.js';

/** What a command said. */
export interface Said {
  readonly code: number;
  readonly out: string;
}

/** What a deployment would have. */
export interface Planned {
  /** The settings that the template gives the app. */
  readonly settings: PlannedSettings;
  /** Names of secrets in the vault. */
  readonly secrets: readonly string[];
  /** Addresses of those who are told of alarms. */
  readonly told: readonly string[];
}

/** What a deployment needs of the machine it is made from. */
export interface Deployer {
  /** Runs a command and keeps what it says; code 127 when there is no such command. */
  ask(command: string, args: readonly string[]): Promise<Said>;
  /** Runs a command that talks to the person itself, in a folder of the project. */
  show(command: string, args: readonly string[], folder?: string): Promise<number>;
  /** Makes the package and says which functions it registers, and what its rule file holds. */
  build(
    settings: PlannedSettings,
  ): Promise<{ readonly functions: readonly FunctionMetadata[]; readonly rules: unknown }>;
  /** What the template makes of a file of parameters. */
  planned(parameters: string): Promise<Planned>;
  readonly hostJson: unknown;
  confirm(question: string): Promise<boolean>;
  /** The status of a GET; undefined when nobody answers. */
  status(url: string): Promise<number | undefined>;
  sleep(ms: number): Promise<void>;
  say(text: string): void;
}

/** Where to, and how. */
export interface DeployOptions {
  readonly group: string;
  /** File of parameters, from the project's root. */
  readonly parameters: string;
  /** Only says what would change. */
  readonly whatIf: boolean;
  readonly yes: boolean;
}

/** Something that has to be done by hand first. Its message says what. */
export class Refusal extends Error {}

const refuse = (text: string): never => {
  throw new Refusal(text);
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

async function needTools({ ask }: Deployer): Promise<void> {
  if ((await ask('az', ['version', '--output', 'none'])).code !== 0)
    refuse('az is missing: install the Azure CLI, https://learn.microsoft.com/cli/azure/install-azure-cli');
  if ((await ask('func', ['--version'])).code !== 0)
    refuse(
      'func is missing: install Azure Functions Core Tools 4, https://learn.microsoft.com/azure/azure-functions/functions-run-local',
    );
  if ((await ask('az', ['account', 'show', '--output', 'none'])).code !== 0)
    refuse('az is not signed in: az login, then az account set --subscription NAME');
}

/** Alarms that nobody hears are no alarms. */
function needReaders({ say }: Deployer, told: readonly string[], parameters: string): void {
  const nobody = told.filter(isPlaceholder);
  if (nobody.length > 0)
    refuse(
      `nobody reads ${nobody.join(', ')}: put the addresses of those who are told of alarms into "alertEmails" of ${parameters}`,
    );
  if (told.length === 0) say(`nobody is told of alarms: ${parameters} has no "alertEmails"\n`);
}

async function needGroup({ ask }: Deployer, group: string): Promise<void> {
  if ((await ask('az', ['group', 'show', '--name', group, '--output', 'none'])).code !== 0)
    refuse(`there is no resource group ${group}: az group create --name ${group} --location REGION`);
}

const deployment = (verb: string, { group, parameters }: DeployOptions): string[] => [
  ...['deployment', 'group', verb, '--resource-group', group],
  ...['--template-file', AZURE_TEMPLATE, '--parameters', `@${parameters}`],
];

/** Outputs of the template, by name. */
const outputsIn = (text: string): Readonly<Record<string, string>> => {
  const found = json(text);
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(
    Object.entries(found).map(([name, output]: [string, unknown]) => [
      name,
      typeof output === 'object' && output !== null && 'value' in output ? String(output.value) : '',
    ]),
  );
};

async function needSecrets({ ask }: Deployer, vault: string, secrets: readonly string[]): Promise<void> {
  const query = ['--query', '[].name', '--output', 'json'];
  const { code, out } = await ask('az', ['keyvault', 'secret', 'list', '--vault-name', vault, ...query]);
  if (code !== 0)
    refuse(
      `you may not list the secrets of ${vault}: give yourself the role Key Vault Secrets Officer on it`,
    );
  const found = json(out);
  const missing = secrets.filter((name) => !Array.isArray(found) || !found.includes(name));
  if (missing.length === 0) return;
  const commands = missing.map(
    (name) => `  az keyvault secret set --vault-name ${vault} --name ${name} --file FILE`,
  );
  refuse(`everything is there but secrets; set them and run this again:\n${commands.join('\n')}`);
}

/** A cold start, roles that spread and settings from the vault take minutes the first time. */
const TRIES = 60;
const PAUSE_MS = 5_000;

async function smoke({ status, sleep, say }: Deployer, door: string): Promise<void> {
  for (let left = TRIES; left > 0; left--) {
    const said = await status(`${door}/health`);
    if (said === 200) return say(`${door}/health answers 200\n`);
    if (left > 1) await sleep(PAUSE_MS);
    else
      refuse(
        `${door}/health said ${said ?? 'nothing'}: look at its body, and docs/deploy-azure.md#when-it-does-not-work`,
      );
  }
}

/**
 * Deploys to Azure: checks the tools, builds, says what would change, deploys the template, publishes the app, and asks it
 * whether it is well. Throws a {@link Refusal} when something has to be done by hand first.
 */
export async function deployAzure(options: DeployOptions, deployer: Deployer): Promise<void> {
  const { ask, show, build, planned, hostJson, confirm, say } = deployer;
  await needTools(deployer);
  await needGroup(deployer, options.group);
  const { settings, secrets, told } = await planned(options.parameters);
  needReaders(deployer, told, options.parameters);
  const { functions, rules } = await build(settings);
  const faults = [
    ...packageFaults({ functions, hostJson, settings: new Set(Object.keys(settings)) }),
    ...azureLacks(rules, settings),
  ];
  if (faults.length > 0) refuse(`the package is not ready to publish:\n  ${faults.join('\n  ')}`);
  if ((await show('az', deployment('what-if', options))) !== 0) refuse('az could not say what would change');
  if (options.whatIf) return;
  if (!options.yes && !(await confirm('Deploy this?'))) return say('nothing was changed\n');
  const create = [...deployment('create', options), '--query', 'properties.outputs', '--output', 'json'];
  const created = await ask('az', create);
  if (created.code !== 0) refuse('the deployment failed: az has said why');
  const { app = '', door = '', vault = '' } = outputsIn(created.out);
  await needSecrets(deployer, vault, ['log-key', ...secrets]);
  const publish = ['azure', 'functionapp', 'publish', app, '--no-build'];
  if ((await show('func', publish, AZURE_FOLDER)) !== 0)
    refuse('the app was not published: func has said why');
  await smoke(deployer, door);
}
