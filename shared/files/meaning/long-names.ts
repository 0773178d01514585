import { quote } from '../../core/names.js';

/** Characters of the longest name that a column may have: paths of a schema are far shorter. */
export const MOST_NAME = 500;

/** Characters of a name that are shown. */
const SHOWN = 80;

/** A name of a file's own as reports and faults show it: no more of it than it takes to find it. */
export const shownName = (name: string): string =>
  quote(name.length > SHOWN ? `${name.slice(0, SHOWN)}\u2026` : name);
