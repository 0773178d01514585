import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { notHandedOver } from '../../build/aws-settings.js';
import { lambdaNames } from '../../build/lambdas.js';

const ROOT = resolve(import.meta.dirname, '../..');
const SERVERLESS = readFileSync(join(ROOT, 'serverless.yml'), 'utf8');
const Wiring = z.object({
  functions: z.record(z.string(), z.object({ handler: z.string(), role: z.string() })),
  resources: z.array(z.unknown()),
});
const { functions, resources } = Wiring.parse(parse(SERVERLESS, { logLevel: 'silent' }));

test('every entry of a Lambda has its block, and every block its entry', () => {
  expect(Object.keys(functions).sort()).toEqual(lambdaNames(ROOT));
  expect(lambdaNames(ROOT).length).toBeGreaterThan(3);
});

test.each(lambdaNames(ROOT))(
  '%s: its block names its own bundle, and its file in infra/aws is read',
  (name) => {
    const role = `${name.charAt(0).toUpperCase()}${name.slice(1)}Role`;
    expect(functions[name]).toMatchObject({ handler: `dist/aws/${name}/index.handler`, role });
    expect(resources).toContain(`\${file(infra/aws/${name}.yml)}`);
    expect(readFileSync(join(ROOT, `infra/aws/${name}.yml`), 'utf8')).toMatch(
      new RegExp(`^ +${role}:$`, 'm'),
    );
  },
);

test('no file of infra/aws is left out', () => {
  const named = resources.filter((one) => typeof one === 'string');
  const files = readdirSync(join(ROOT, 'infra/aws'))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => `\${file(infra/aws/${file})}`);
  expect([...named].sort()).toEqual(files.sort());
});

const reference = (name: string): string => `$\{${name}}`;
const rulesOf = (...names: readonly string[]): string =>
  JSON.stringify({
    connections: { sales: { type: 'http', url: names.map(reference).join('/') } },
    rules: [{ name: reference('NO_SETTING_HERE') }],
  });

test('what the rule file asks for and no function gets is found, each once', () => {
  expect(notHandedOver(rulesOf('SALESFORCE_DOMAIN', 'CHAT_URL', 'CHAT_URL'), SERVERLESS)).toEqual([
    'SALESFORCE_DOMAIN',
    'CHAT_URL',
  ]);
  // Lambda's own, the provider's, and those of the templates of HTTP connections.
  expect(notHandedOver(rulesOf('AWS_REGION', 'TRIBUTARY_STATE', 'key'), SERVERLESS)).toEqual([]);
  const files = JSON.stringify({ files: [{ from: `s3://${reference('EXPORTS')}/` }] });
  expect(notHandedOver(files, SERVERLESS)).toEqual(['EXPORTS']);
});

test('a setting that is written down for all is found no more; one for a single function is', () => {
  const given = SERVERLESS.replace(
    '  environment:\n',
    '  environment:\n    SALESFORCE_DOMAIN: acme.example.com\n',
  );
  expect(notHandedOver(rulesOf('SALESFORCE_DOMAIN'), given)).toEqual([]);
  expect(notHandedOver(rulesOf('TRIBUTARY_DOOR_STREAM'), SERVERLESS)).toEqual(['TRIBUTARY_DOOR_STREAM']);
});
