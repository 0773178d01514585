import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { bicepOf } from '../../infra/azure/bicep.js';
import { deploy } from '../../infra/azure/judge/deployed.js';
import { EVERYTHING } from '../../infra/azure/template.js';
import { emitted, parametersIn, placeOf, spoil } from '../infra/azure-world.js';

const run = promisify(execFile);

/** Microsoft's compiler with the types of Azure in it, as its own package for builds has it. */
const VERSION = '0.49.2';
const MACHINE = { linux: 'linux', darwin: 'osx', win32: 'win' }[String(process.platform)];
const PACKAGE = `Azure.Bicep.CommandLine.${MACHINE}-${process.arch}`;

const folder = await mkdtemp(join(tmpdir(), 'tributary-bicep-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Fetches the compiler as a build of .NET does; gives where it is, or nothing without .NET or its registry. */
async function compiler(): Promise<string | undefined> {
  const project = `<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>netstandard2.0</TargetFramework></PropertyGroup>
<ItemGroup><PackageDownload Include="${PACKAGE}" Version="[${VERSION}]" /></ItemGroup></Project>`;
  await writeFile(join(folder, 'bicep.csproj'), project);
  const packages = join(folder, 'packages');
  try {
    await run('dotnet', ['restore', '--packages', packages], { cwd: folder });
    const tool = join(
      packages,
      PACKAGE.toLowerCase(),
      VERSION,
      'tools',
      MACHINE === 'win' ? 'bicep.exe' : 'bicep',
    );
    await chmod(tool, 0o755);
    return tool;
  } catch {
    return undefined;
  }
}

const tool = await compiler();
if (tool === undefined)
  process.stderr.write(
    `SKIPPED: Bicep did not judge the template: no dotnet, or no registry that has ${PACKAGE} ${VERSION}\n`,
  );

/** Compiles a text: what it becomes, and everything that the compiler has to say about names and types. */
async function compile(bicep: string): Promise<{ template: unknown; said: readonly string[] }> {
  // Advice on style is not asked for; what is said of names and types comes all the same.
  await writeFile(join(folder, 'bicepconfig.json'), '{"analyzers":{"core":{"enabled":false}}}');
  const [from, to] = [join(folder, 'main.bicep'), join(folder, 'main.json')];
  await writeFile(from, bicep);
  // The compiler needs no texts of other languages, and not every machine has them.
  const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };
  const { stderr } = await run(tool ?? '', ['build', from, '--outfile', to], { env }).catch(
    (failed: { stderr: string }) => failed,
  );
  const said = stderr.split('\n').flatMap((line) => / : ((?:Warning|Error|Info) .*)/.exec(line)?.[1] ?? []);
  const failed = said.some((line) => line.startsWith('Error'));
  return { template: failed ? undefined : JSON.parse(await readFile(to, 'utf8')), said };
}

/** A deployment as far as its order does not matter. */
const sorted = (template: unknown, given: Readonly<Record<string, unknown>>) => {
  const { resources, outputs, faults } = deploy(template, given);
  const all = resources.map(({ dependsOn, refers: _, ...rest }) => ({
    ...rest,
    dependsOn: [...dependsOn].sort(),
  }));
  return { outputs, faults, resources: all.sort((one, other) => one.id.localeCompare(other.id)) };
};

describe.runIf(tool !== undefined)("the template, judged by Bicep's own compiler", () => {
  test('it knows every name and type, and makes of it what is deployed', async () => {
    const { template, said } = await compile(bicepOf(emitted(), EVERYTHING));
    expect(said).toEqual([]);
    const deployments = [
      EVERYTHING,
      { stage: 'dev' },
      parametersIn('dev.parameters.json'),
      parametersIn('prod.parameters.json'),
      {
        stage: 'prod',
        eventHubNamespace: 'acme',
        eventHubExists: true,
        keyVault: 'acme-vault',
        dataStorage: 'acmedata',
      },
    ];
    for (const given of deployments) {
      const found = sorted(template, given);
      expect(found.resources.length).toBeGreaterThan(30);
      expect(found).toEqual(sorted(emitted(), given));
    }
  });

  const SITE = 'Microsoft.Web/sites';
  test.each<[string, string, readonly (string | number)[], unknown, RegExp]>([
    [
      'a misspelt name',
      SITE,
      ['properties', 'httpOnly'],
      true,
      /BCP\d+: The property "httpOnly" is not allowed/,
    ],
    [
      'a name deep inside',
      SITE,
      ['properties', 'functionAppConfig', 'runtime', 'vers'],
      '22',
      /BCP\d+.*"vers"/,
    ],
    [
      'a text for a number',
      'Microsoft.OperationalInsights/workspaces',
      ['properties', 'retentionInDays'],
      '30',
      /BCP036.*"retentionInDays".*int/,
    ],
    ['a member that is missing', 'Microsoft.Storage/storageAccounts', ['kind'], undefined, /BCP035.*"kind"/],
    ['a version nobody published', 'Microsoft.KeyVault/vaults', ['apiVersion'], '2020-01-02', /BCP081/],
  ])('it finds %s', async (_, type, path, value, what) => {
    const template = emitted();
    const wrong = spoil(template, [...placeOf(template, type), ...path], value);
    // As a file would have it: without what is undefined.
    const written: unknown = JSON.parse(JSON.stringify(wrong));
    expect((await compile(bicepOf(written, EVERYTHING))).said.join('\n')).toMatch(what);
  });
});
