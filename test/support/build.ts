import { execFileSync } from 'node:child_process';

/** What `npm run build` does, without npm. */
const STEPS = [['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], ['dist/build/page.js']];

/** Builds once before all tests: the command line is tested as it is shipped. */
export function setup(): void {
  for (const step of STEPS) execFileSync(process.execPath, step, { stdio: 'inherit' });
}
