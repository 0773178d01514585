import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { settingNames } from '../shared/config/expand.js';
import { RULES_FOLDER } from './rules.js';

const Environment = z.record(z.string(), z.unknown()).default({});
const Wiring = z.object({
  provider: z.object({ environment: Environment }),
  functions: z.record(z.string(), z.object({ environment: Environment })),
});
const Rules = z.object({ connections: z.unknown().optional(), files: z.unknown().optional() });

/** Lambda sets them itself: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const OF_LAMBDA = /^(?:AWS_(?:DEFAULT_)?REGION|AWS_LAMBDA_\w+|LAMBDA_TASK_ROOT|TZ)$/;

/** What `${NAME}` asks for in connections and files of a rule file, and serverless.yml does not hand to every function. */
export function notHandedOver(rules: string, wiring: string): readonly string[] {
  const { connections, files } = Rules.parse(JSON.parse(rules));
  // Tags of CloudFormation are nothing to this.
  const { provider, functions } = Wiring.parse(parse(wiring, { logLevel: 'silent' }));
  const sets = Object.values(functions).map(
    ({ environment }) => new Set(Object.keys({ ...provider.environment, ...environment })),
  );
  const names = new Set(settingNames(JSON.stringify([connections ?? null, files ?? null])));
  return [...names].filter((name) => !OF_LAMBDA.test(name) && sets.some((set) => !set.has(name)));
}

/** What is said of the rules that were packed and serverless.yml: nothing when every function gets what they ask for. */
export async function missingOnAws(root: string): Promise<string | undefined> {
  const rules = await readFile(join(root, RULES_FOLDER, 'tributary.json'), 'utf8');
  const names = notHandedOver(rules, await readFile(join(root, 'serverless.yml'), 'utf8'));
  if (names.length === 0) return undefined;
  const lines = names.map((name) => `    ${name}: …`).join('\n');
  return `the rule file asks for settings that serverless.yml gives to no function; write under provider.environment\n${lines}`;
}
