import { execFileSync } from 'node:child_process';

/** Builds once before all tests: the command line is tested as it is shipped. */
export function setup(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}
