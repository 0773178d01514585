import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { BENCHMARKS } from './benchmarks.js';
import { NAMES } from './names.js';
import type { Outcome } from './outcome.js';
import { endWithParent } from './tidy.js';

/** What a process is told: which benchmark, and what that one is told. */
const Told = z.object({
  name: z.enum(NAMES),
  rounds: z.number(),
  ms: z.number(),
  seconds: z.number(),
  rows: z.number(),
  quick: z.boolean(),
});
export type Told = z.infer<typeof Told>;

/** What it says: what is measured now, and in the end what was found or why nothing was. */
export type Said =
  | { readonly scenario: string }
  | { readonly outcome: Outcome }
  | { readonly failure: string };

const say = (said: Said, done?: () => void): void => {
  process.send?.(said, undefined, {}, done);
};

async function run({ name, ...options }: Told): Promise<Said> {
  try {
    const outcome = await BENCHMARKS[name]({ ...options, onScenario: (scenario) => say({ scenario }) });
    return { outcome };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endWithParent();
  process.once('message', (told) => {
    void run(Told.parse(told)).then((said) => say(said, () => process.disconnect()));
  });
}
