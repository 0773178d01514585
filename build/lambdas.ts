import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from './bundle.js';

/** Every function has its entry here, by its name in serverless.yml. */
const ENTRIES = 'lambdas/entries';

/** Names of the Lambda functions, in order. */
export const lambdaNames = (root: string): readonly string[] =>
  readdirSync(join(root, ENTRIES))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();

/** The bundle of one Lambda function in a package: serverless.yml names `dist/aws/NAME/index.handler`. */
export const lambdaBundle = (name: string, into = '.'): Bundle => ({
  entry: `${ENTRIES}/${name}.ts`,
  folder: join(into, 'dist/aws', name),
});
