import { runAll } from './crew.js';
import { HELP, type Options, readOptions, WrongUse } from './options.js';
import { command, toHistory, toJson, told, toText } from './report.js';
import { type Scenario, slicesOf } from './scenario.js';
import { shrink } from './shrink.js';
import { type Outcome, runSlice } from './slice.js';
import { count, emptyTally, type Tally } from './tally.js';

/** So many scenarios that failed are enough to look at. */
const MOST_FAILED = 5;
const SHRINK_MS = 120_000;

const say = (text: string): void => void process.stderr.write(text);

function progress({ slices, events, lost, doubled, wrong }: Tally, planned: number, began: number): void {
  if (!process.stderr.isTTY) return;
  const rate = Math.round(events / Math.max(1, (performance.now() - began) / 1000));
  say(
    `\r\x1b[2K${slices} of ${planned} slices, ${rate} events a second   lost ${lost}, doubled ${doubled}, wrong ${wrong}`,
  );
}

/** Runs all slices and prints the sums; gives the outcome of the first that failed. */
async function runMany({ events, seed, threads, json }: Options): Promise<Outcome | undefined> {
  const slices = slicesOf(seed, events);
  const tally = emptyTally();
  const began = performance.now();
  let failed: Outcome | undefined;
  progress(tally, slices.length, began);
  await runAll(slices, threads, (outcome) => {
    count(tally, outcome);
    if (outcome.violations.length > 0) failed ??= outcome;
    progress(tally, slices.length, began);
    return tally.failures.length < MOST_FAILED;
  });
  if (process.stderr.isTTY) say('\n');
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(
    json ? `${toJson(tally, slices.length, seconds)}\n` : toText(tally, slices.length, seconds),
  );
  return failed;
}

/** Makes a failure small and tells its history. */
async function explain(failed: Outcome): Promise<void> {
  say(`\n${command(failed.scenario)}\nbroke its promises:\n${told(failed.violations)}shrinking it …\n`);
  const end = performance.now() + SHRINK_MS;
  const scenario = await shrink(failed, { run: runSlice, isEnough: () => performance.now() > end });
  await tell(scenario);
  say(`again: ${command(scenario)}\n`);
}

async function tell(scenario: Scenario): Promise<Outcome> {
  const outcome = await runSlice(scenario, { tell: true });
  say(toHistory(outcome));
  return outcome;
}

async function runOne(scenario: Scenario, json: boolean): Promise<Outcome> {
  const outcome = await tell(scenario);
  const { story: _, ...result } = outcome;
  if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return outcome;
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.scenario) return (await runOne(options.scenario, options.json)).violations.length > 0 ? 1 : 0;
  const failed = await runMany(options);
  if (failed) await explain(failed);
  return failed ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof WrongUse)) throw error;
  say(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
