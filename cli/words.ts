import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WrongUse } from './wrong-use.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What `node:util` makes of them. */
export type Words<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>
>;

/** Reads the words of a command line: options, and the others in order. Throws {@link WrongUse} for what nobody knows. */
export function readWords<const T extends Options>(args: readonly string[], options: T): Words<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}
