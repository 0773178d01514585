import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** Commands of a page, and what it shows that they print. */
export interface Shown {
  readonly commands: string;
  readonly output: string;
}

/** The shell blocks of a page that are followed by what they print. */
export const shownIn = (page: string): readonly Shown[] =>
  [...page.matchAll(/^```sh\n((?:(?!```).*\n)*)```\n```text\n([\s\S]*?)^```$/gm)].map(
    ([, commands = '', output = '']) => ({ commands, output }),
  );

/** A copy of an example's folder in which `tributary` is the command line as it is shipped. */
export function exampleFolder(example: string): {
  readonly folder: string;
  /** Gives what the commands print. */
  readonly run: (commands: string) => string;
  readonly remove: () => void;
} {
  const root = resolve(import.meta.dirname, '../..');
  const folder = mkdtempSync(join(tmpdir(), 'tributary-docs-'));
  const bin = join(folder, 'bin');
  const work = join(folder, 'work');
  cpSync(join(root, 'examples', example), work, { recursive: true });
  mkdirSync(bin);
  const main = join(root, 'dist/cli/main.js');
  writeFileSync(join(bin, 'tributary'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(join(bin, 'tributary'), 0o755);
  return {
    folder,
    run: (commands) =>
      // Findings are an exit status of their own: what is printed counts here.
      execFileSync('sh', ['-c', `${commands}\ntrue`], {
        cwd: work,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
      }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
