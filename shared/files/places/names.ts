import { Fault } from '../../core/fault.js';

/** Segments that a service, a tool or a file system takes for something else than a name. */
const isTrick = (segment: string): boolean => segment === '' || segment === '.' || segment === '..';

/** True for names of files of a place: below its prefix, and nothing in them that leads elsewhere. */
export const belongs = (prefix: string, name: string): boolean =>
  name.startsWith(prefix) && !name.includes('\0') && !name.slice(prefix.length).split('/').some(isTrick);

/** The content is not that of the entry any more: `how` says what it is now, e.g. `is gone`. */
export const changed = (name: string, how: string): Fault =>
  new Fault(
    'file.changed',
    `${name} ${how} since it was looked at; its new content is read as a file of its own`,
  );

/** Another version under the same name. */
export const replaced = (name: string): Fault => changed(name, 'has got another content');
