import type { World, WorldCommand } from '../../cli/world.js';
import { fakeClock } from '../support/fakes.js';

/** What a command said and how it ended. */
export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** What of a machine a test has a say in. */
export interface Lent {
  /** Standard input; a terminal when absent. */
  readonly input?: string | Uint8Array;
  readonly screen?: World['screen'];
  readonly env?: World['env'];
  readonly stop?: AbortSignal;
  readonly onOut?: (text: string) => void;
  readonly onErr?: (text: string) => void;
  readonly clock?: World['clock'];
}

/** Runs a command in this process, on a machine that is lent to it. */
export async function runLent(
  command: WorldCommand,
  args: readonly string[],
  lent: Lent = {},
): Promise<Said> {
  let [out, err] = ['', ''];
  const { input } = lent;
  const status = await command(args, {
    env: lent.env ?? {},
    clock: lent.clock ?? fakeClock(),
    input: {
      isTerminal: input === undefined,
      async *[Symbol.asyncIterator]() {
        yield Buffer.from(input ?? '');
      },
    },
    out: async (text) => {
      out += text;
      lent.onOut?.(text);
    },
    err: (text) => {
      err += text;
      lent.onErr?.(text);
    },
    screen: lent.screen ?? { out: false, err: false, colours: false },
    stop: lent.stop ?? new AbortController().signal,
  });
  return { status, out, err };
}

/** Output of `--json`, line by line. */
export const jsonLines = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
