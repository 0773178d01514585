import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WrongUse } from './wrong-use.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What `node:util` makes of them. */
export type Words<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>
>;

/** What `node:util` makes of options alone. */
type Values<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: false }>
>['values'];

/** What node says of words that it does not understand is wrong use. */
function orWrongUse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the words of a command line: options, and the others in order. Throws {@link WrongUse} for what nobody knows. */
export const readWords = <const T extends Options>(args: readonly string[], options: T): Words<T> =>
  orWrongUse(() => parseArgs({ args: [...args], options, allowPositionals: true }));

/** Reads a command line that has options only. Throws {@link WrongUse} for what nobody knows, and for any other word. */
export const readValues = <const T extends Options>(args: readonly string[], options: T): Values<T> =>
  orWrongUse(() => parseArgs({ args: [...args], options, allowPositionals: false }).values);
