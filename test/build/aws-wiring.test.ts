import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { lambdaNames } from '../../build/lambdas.js';

const ROOT = resolve(import.meta.dirname, '../..');
const Wiring = z.object({
  functions: z.record(z.string(), z.object({ handler: z.string(), role: z.string() })),
  resources: z.array(z.unknown()),
});
const { functions, resources } = Wiring.parse(
  parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' }),
);

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
