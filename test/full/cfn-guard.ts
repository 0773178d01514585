import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import * as z from 'zod';

const run = promisify(execFile);

/** AWS CloudFormation Guard comes as a binary, and AWS's own package for the CDK brings one for each system (Apache-2.0). */
const PACKAGE = '@cdklabs/cdk-validator-cfnguard';
const VERSION = '0.0.62';

/** Kept between runs; out of git. */
const FOLDER = resolve(import.meta.dirname, '../../.tributary/cfn-guard', VERSION);
const SYSTEM = { linux: 'ubuntu', darwin: 'macos' }[String(process.platform)];
const MACHINE = { x64: 'x86_64', arm64: 'aarch64' }[String(process.arch)];

/** Where the binary lies, fetched when it is not there yet; nothing where there is none for this system, or no registry. */
export async function cfnGuard(): Promise<string | undefined> {
  if (SYSTEM === undefined || MACHINE === undefined) return undefined;
  const binary = join(FOLDER, 'package/bin', SYSTEM, MACHINE, 'cfn-guard');
  if (existsSync(binary)) return binary;
  try {
    await mkdir(FOLDER, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--silent', `${PACKAGE}@${VERSION}`], { cwd: FOLDER });
    await run('tar', ['xzf', stdout.trim()], { cwd: FOLDER });
    await chmod(binary, 0o755);
    return binary;
  } catch {
    process.stderr.write(`cfn-guard cannot be had: no npm registry has ${PACKAGE} ${VERSION}\n`);
    return undefined;
  }
}

const Report = z.tuple([
  z.object({
    not_compliant: z.array(z.object({ Rule: z.object({ name: z.string() }) })),
    not_applicable: z.array(z.string()),
    compliant: z.array(z.string()),
  }),
]);

/** What it found, by names of rules: `idle` rules met nothing that they are about. */
export interface Judged {
  readonly broken: readonly string[];
  readonly idle: readonly string[];
  readonly kept: readonly string[];
}

/** Exit codes of cfn-guard: all rules hold, or some do not. Others are faults of the rules themselves. */
const ANSWERS = [0, 19];

/** Has the binary judge a template by the text of a rule file. Throws when it cannot read one of them. */
export async function judgedBy(binary: string, rules: string, template: unknown): Promise<Judged> {
  const args = ['validate', '--payload', '--structured', '--output-format', 'json', '--show-summary', 'none'];
  const child = spawn(binary, args, { stdio: 'pipe' });
  child.stdin.end(JSON.stringify({ rules: [rules], data: [JSON.stringify(template)] }));
  const [said, trouble, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (!ANSWERS.includes(code)) throw new Error(`cfn-guard ended with ${code}: ${trouble}`);
  const [{ not_compliant: broken, not_applicable: idle, compliant: kept }] = Report.parse(JSON.parse(said));
  return { broken: broken.map(({ Rule }) => Rule.name), idle, kept };
}
