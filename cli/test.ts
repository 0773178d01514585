import { HELP, readTestOptions, type TestOptions } from './test-options.js';
import { runTests, TESTS_NAME } from './test-run.js';
import { Watch } from './watch.js';
import { complain, runHere, type World } from './world.js';

/** Runs the cases again whenever something changes, until it is to stop; a file with faults is waited for. */
async function keepTesting(options: TestOptions, world: World): Promise<number> {
  const watch = new Watch((name) => TESTS_NAME.test(name), world.stop);
  const functions = options.functions ?? world.env['TRIBUTARY_FUNCTIONS'];
  try {
    watch.add([options.config, ...options.files, ...(functions === undefined ? [] : [functions])]);
    let status = 0;
    do {
      try {
        const run = await runTests(options, world);
        watch.add(run.files);
        status = run.status;
      } catch (error) {
        status = complain('test', error, world);
      }
      world.err('waiting for changes; Ctrl-C ends this\n');
    } while (await watch.next(world.clock));
    return status;
  } finally {
    watch.close();
  }
}

/** `tributary test` on a given machine. */
export async function runTest(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readTestOptions(args);
    if (options?.watch) return await keepTesting(options, world);
    if (options) return (await runTests(options, world)).status;
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('test', error, world);
  }
}

/** `tributary test`. */
export const test = (args: readonly string[]): Promise<number> =>
  runHere(runTest, args, { heedsStop: args.includes('--watch') });
