import { Fault } from '../../core/fault.js';

/** The fault of a file that cannot be read or trusted as a whole: what is wrong with it, and what to do. */
export const refused = (text: string, cause?: unknown): Fault =>
  new Fault('file.refused', text, cause === undefined ? undefined : { cause });
