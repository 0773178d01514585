import { once } from 'node:events';
import { systemClock } from '../shared/clock.js';
import { Fault } from '../shared/core/fault.js';
import type { Clock } from '../shared/core/ports.js';
import type { Chunks } from '../shared/events/bytes.js';
import { WrongUse } from './wrong-use.js';

/** What a command takes from the machine; tests lend their own. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly input: Chunks & { readonly isTerminal: boolean };
  /** Standard output; resolves when whoever reads it can take more. */
  readonly out: (text: string) => Promise<void>;
  readonly err: (text: string) => void;
  /** Whether there is somebody before the screen, and whether they want colours. */
  readonly screen: { readonly out: boolean; readonly err: boolean; readonly colours: boolean };
  /** Ctrl-C, or SIGTERM. */
  readonly stop: AbortSignal;
}

/** A command on a given machine: gives the exit status. */
export type WorldCommand = (args: readonly string[], world: World) => Promise<number>;

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin) yield chunk as Buffer; // no encoding is set
}

/** This machine. Colours are for terminals, unless NO_COLOR is set (no-color.org) or the terminal is dumb. */
function thisMachine(stop: AbortSignal): World {
  const { env } = process;
  // Undefined where it is none, whatever the types say.
  const isTerminal = (stream: { isTTY?: boolean }): boolean => stream.isTTY === true;
  const out = isTerminal(process.stdout);
  return {
    env,
    clock: systemClock,
    input: { [Symbol.asyncIterator]: standardInput, isTerminal: isTerminal(process.stdin) },
    out: print,
    err: (text) => process.stderr.write(text),
    screen: {
      out,
      err: isTerminal(process.stderr),
      colours: out && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    },
    stop,
  };
}

/** Tells of wrong use and of faults as every command does: gives the status 2. */
export function complain(name: string, error: unknown, world: Pick<World, 'err'>): number {
  if (error instanceof WrongUse)
    world.err(`tributary ${name}: ${error.message}\ntributary ${name} --help tells more\n`);
  else if (error instanceof Fault) world.err(`tributary ${name}: ${error.code}: ${error.message}\n`);
  else throw error;
  return 2;
}

/** Runs a command here; while it runs, Ctrl-C and SIGTERM are told to it where it asks for that, and end it otherwise. */
export async function runHere(
  command: WorldCommand,
  args: readonly string[],
  { heedsStop = false }: { heedsStop?: boolean } = {},
): Promise<number> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const signals = heedsStop ? (['SIGINT', 'SIGTERM'] as const) : [];
  for (const signal of signals) process.once(signal, end);
  try {
    return await command(args, thisMachine(stop.signal));
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}
