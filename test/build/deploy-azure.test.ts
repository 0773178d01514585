import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Deployer, type DeployOptions, deployAzure } from '../../build/deploy-azure.js';

const OPTIONS: DeployOptions = { group: 'rg', parameters: 'dev.json', whatIf: false, yes: true };

const OUTPUTS = JSON.stringify({
  app: { type: 'String', value: 'tributary-dev-x' },
  door: { type: 'String', value: 'https://tributary-dev-x.example.com' },
  vault: { type: 'String', value: 'kv-x' },
});

/** What a machine says where everything goes well. */
const WELL: Readonly<Record<string, { code?: number; out?: string }>> = {
  'group create': { out: OUTPUTS },
  'secret list': { out: '["log-key","salesforce"]' },
};

const stream = { type: 'eventHubTrigger', connection: 'EventHubConnection', eventHubName: 'h' };

const RULES = {
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: {
    sales: {
      type: 'http',
      url: `https://\${SALES_HOST}/rows`,
      auth: { bearer: { token: 'secret:salesforce' } },
    },
  },
  rules: [
    {
      name: 'rows',
      when: { member: 'hot' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' } } }],
    },
  ],
};

const SETTINGS = {
  EventHubConnection__credential: 'managedidentity',
  TRIBUTARY_DOOR_AUTH: 'oauth',
  SALES_HOST: 'sales.example.com',
  TRIBUTARY_SECRET_SALESFORCE: '@Microsoft.KeyVault(…)',
  TRIBUTARY_SECRET_DOOR_CLIENTS: '@Microsoft.KeyVault(…)',
  TRIBUTARY_SECRET_DOOR_KEYS: '@Microsoft.KeyVault(…)',
};

/** A machine where everything is there and goes well, but for what is said. */
function machine(
  said: Readonly<Record<string, { code?: number; out?: string }>> = {},
  more: Partial<Deployer> = {},
) {
  const commands: string[] = [];
  const told: string[] = [];
  const find = (command: string, args: readonly string[]) => {
    const line = [command, ...args].join(' ');
    commands.push(line);
    const [, answer] =
      [...Object.entries(said), ...Object.entries(WELL)].find(([part]) => line.includes(part)) ?? [];
    return { code: 0, out: '', ...answer };
  };
  const deployer: Deployer = {
    ask: async (command, args) => find(command, args),
    show: async (command, args) => find(command, args).code,
    build: async () => ({ functions: [{ name: 'f', bindings: { b: stream } }], rules: RULES }),
    planned: async () => ({ settings: SETTINGS, secrets: ['salesforce'], told: ['ops@acme.example'] }),
    hostJson: {
      version: '2.0',
      extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.0.0, 5.0.0)' },
    },
    confirm: async () => true,
    status: async () => 200,
    sleep: async () => undefined,
    say: (text) => void told.push(text),
    ...more,
  };
  return { deployer, commands, told };
}

test('what would change is said first, then template, app and question to the door follow', async () => {
  const { deployer, commands, told } = machine();
  await deployAzure(OPTIONS, deployer);
  expect(commands.map((line) => line.split(' --')[0])).toEqual([
    'az version',
    'func',
    'az account show',
    'az group show',
    'az deployment group what-if',
    'az deployment group create',
    'az keyvault secret list',
    'func azure functionapp publish tributary-dev-x',
  ]);
  expect(told).toEqual(['https://tributary-dev-x.example.com/health answers 200\n']);
});

test('that nobody is told of alarms is said, and no reason to stop', async () => {
  const { deployer, told } = machine(
    {},
    { planned: async () => ({ settings: SETTINGS, secrets: ['salesforce'], told: [] }) },
  );
  await deployAzure(OPTIONS, deployer);
  expect(told.join()).toContain('nobody is told of alarms');
});

test('a look changes nothing, nor does a no', async () => {
  const look = machine();
  await deployAzure({ ...OPTIONS, whatIf: true }, look.deployer);
  const no = machine({}, { confirm: async () => false });
  await deployAzure({ ...OPTIONS, yes: false }, no.deployer);
  for (const { commands } of [look, no]) expect(commands.join()).not.toMatch(/create|publish/);
});

describe('it is refused, and said what to do', () => {
  test.each<[string, ReturnType<typeof machine>, RegExp]>([
    ['without az', machine({ 'az version': { code: 127 } }), /^az is missing/],
    ['without func', machine({ 'func --version': { code: 127 } }), /^func is missing/],
    ['without an account', machine({ 'account show': { code: 1 } }), /az login/],
    ['without a group', machine({ 'group show': { code: 3 } }), /az group create --name rg/],
    [
      'with a package that lacks a setting',
      machine({}, { planned: async () => ({ settings: {}, secrets: [], told: [] }) }),
      /not ready to publish:\n {2}f: no setting is EventHubConnection/,
    ],
    [
      'with a rule file that names a setting that the app would not have',
      machine(
        {},
        { planned: async () => ({ settings: { ...SETTINGS, SALES_HOST: '' }, secrets: [], told: [] }) },
      ),
      /not ready to publish:\n {2}connections\.sales\.url: the setting SALES_HOST is not set/,
    ],
    [
      'with a rule file that names a secret that the app would not have',
      machine(
        {},
        {
          planned: async () => ({
            settings: { ...SETTINGS, TRIBUTARY_SECRET_SALESFORCE: '', TRIBUTARY_SECRET_DOOR_KEYS: '' },
            secrets: [],
            told: [],
          }),
        },
      ),
      /not ready to publish:\n.*secret:door-keys.*\n.*secret:salesforce: add "salesforce"/,
    ],
    [
      'with alarms for an address of an example',
      machine(
        {},
        { planned: async () => ({ settings: SETTINGS, secrets: [], told: ['operations@example.com'] }) },
      ),
      /^nobody reads operations@example\.com.*"alertEmails" of dev\.json/,
    ],
    ['when what-if fails', machine({ 'what-if': { code: 1 } }), /could not say/],
    ['when the deployment fails', machine({ 'deployment group create': { code: 1 } }), /deployment failed/],
    [
      'without a secret',
      machine({ 'secret list': { out: '["log-key"]' } }),
      /--vault-name kv-x --name salesforce --file FILE/,
    ],
    ['without a right', machine({ 'secret list': { code: 1 } }), /Key Vault Secrets Officer/],
    ['when publishing fails', machine({ publish: { code: 1 } }), /was not published/],
    ['when the door is not well', machine({}, { status: async () => 503 }), /health said 503/],
    ['when nobody answers', machine({}, { status: async () => undefined }), /health said nothing/],
  ])('%s', async (_, { deployer, commands }, why) => {
    await expect(deployAzure(OPTIONS, deployer)).rejects.toThrow(why);
    if (/^az is|^func is|az login|az group|not ready/.test(why.source))
      expect(commands.join()).not.toContain('deployment');
  });
});

test('the program itself: help without a group, and a refusal where there are no tools', () => {
  const program = resolve(import.meta.dirname, '../../dist/build/deploy-main.js');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { env: { PATH: '' }, encoding: 'utf8' });
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--what-if') });
  expect(run()).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^--group is missing[\s\S]*--what-if/),
  });
  const refused = (...args: string[]) => run('--group', 'rg', ...args).stderr;
  expect(refused('--stage', 'test')).toMatch(/^--stage takes dev or prod, not "test"/);
  expect(refused('--satge', 'dev')).toMatch(/^Unknown option '--satge'/);
  expect(refused('--parameters', 'nowhere.json')).toMatch(/^nowhere\.json cannot be read.*--parameters FILE/);
  expect(refused('--parameters', 'README.md')).toMatch(/^README\.md is no file of parameters/);
  expect(run('--group', 'rg')).toMatchObject({ status: 1, stderr: expect.stringMatching(/^az is missing/) });
});
