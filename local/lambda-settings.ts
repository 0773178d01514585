import * as z from 'zod';
import { bad, ok, type Result } from '../shared/core/fault.js';
import {
  openServerlessFile,
  type Path,
  type ServerlessFile,
  type ServerlessFileOptions,
} from './serverless-file.js';
import { isMembers } from './serverless-variables.js';

/** What `serverless.yml` says of one function, with what osls fills in. */
export interface LambdaSettings {
  /** `<service>-<stage>-<function>`, the name it is deployed under. */
  readonly name: string;
  /** `dist/aws/consumer/index.handler` is the export `handler` of the module `dist/aws/consumer/index`. */
  readonly module: string;
  readonly export: string;
  readonly timeoutMs: number;
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
}

const whole = (from: number, to: number) => {
  const error = `expected a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
};

const Environment = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const LambdaBlock = z.object({
  handler: z.string().regex(/^.+\.[^./]+$/, { error: 'expected a path, a dot and the name of an export' }),
  name: z.string().optional(),
  timeout: whole(1, 900).optional(),
  memorySize: whole(128, 10_240).optional(),
  environment: Environment.optional(),
});
const Provider = LambdaBlock.pick({ timeout: true, memorySize: true, environment: true });

/** One line per issue: file and line, the setting, what is expected and what was found. */
export function describeIssues(file: ServerlessFile, base: Path, error: z.ZodError): string {
  const lines = error.issues.flatMap((issue) => {
    const path = [...base, ...issue.path.filter((step) => typeof step !== 'symbol')];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${file.place([...path, key])}: ${key} is no setting known here.`);
    }
    const found = JSON.stringify(file.at(path)) ?? 'nothing';
    return [`${file.place(path)}: ${String(path.at(-1))}: ${issue.message}; found ${found}.`];
  });
  return lines.join('\n');
}

/** The block of one function, or a fault that lists the names there are. */
export function functionBlock(file: ServerlessFile, functionName: string): Result<Record<string, unknown>> {
  const block = file.at(['functions', functionName]);
  if (isMembers(block)) return ok(block);
  const all = file.at(['functions']);
  const known = isMembers(all) ? Object.keys(all).join(', ') : '';
  const text = `${file.place(['functions'])}: there is no function ${functionName}; known: ${known || 'none'}.`;
  return bad('config.unknown-name', text);
}

/** The name osls deploys a function under. */
export function deployedName(file: ServerlessFile, functionName: string): string {
  const own = file.at(['functions', functionName, 'name']);
  return typeof own === 'string' ? own : `${String(file.at(['service']))}-${file.stage}-${functionName}`;
}

/** Reads handler, time-out, memory and environment of a function; a fault names file and line of the setting. */
export function readLambdaSettings(
  serverlessYml: string,
  functionName: string,
  options?: ServerlessFileOptions,
): Result<LambdaSettings> {
  const opened = openServerlessFile(serverlessYml, options);
  if (!opened.ok) return opened;
  const file = opened.value;
  const found = functionBlock(file, functionName);
  if (!found.ok) return found;
  const block = LambdaBlock.safeParse(found.value);
  if (!block.success)
    return bad('config.invalid', describeIssues(file, ['functions', functionName], block.error));
  const provider = Provider.safeParse(file.at(['provider']) ?? {});
  if (!provider.success) return bad('config.invalid', describeIssues(file, ['provider'], provider.error));
  const dot = block.data.handler.lastIndexOf('.');
  return ok({
    name: deployedName(file, functionName),
    module: block.data.handler.slice(0, dot),
    export: block.data.handler.slice(dot + 1),
    // 6 s and 1024 MB are what osls writes into the template where nothing is said.
    timeoutMs: (block.data.timeout ?? provider.data.timeout ?? 6) * 1000,
    memory: block.data.memorySize ?? provider.data.memorySize ?? 1024,
    environment: { ...provider.data.environment, ...block.data.environment },
  });
}
