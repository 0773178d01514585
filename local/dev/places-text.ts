import type { LocalPlace } from './local-places.js';
import { plain } from './plain.js';

/** What becomes of the folders: those that were made here are removed, those of the customer are not. */
function fateText(places: readonly LocalPlace[]): string {
  const isOwn = ({ from }: LocalPlace): boolean => from?.startsWith('file:') === true;
  if (places.every(isOwn)) return 'The folders and all that is in them stay as they are at the end';
  return places.some(isOwn)
    ? 'At the end those that stand for another place are removed; folders of yours stay'
    : 'At the end these folders are removed';
}

/** Where files are put, each kind of place by a folder. */
export function placesText(places: readonly LocalPlace[]): string {
  if (places.length === 0) return '';
  const lines = places.map(({ name, from, folder }) => {
    const instead = from === undefined || from.startsWith('file:') ? '' : `, in place of ${plain(from, 200)}`;
    return `    ${folder}\n      is read as "${plain(name)}" of files${instead}\n`;
  });
  return [
    '  batch files put copies of exports here; a report comes to lie beside each (docs/files.md):\n',
    ...lines,
    `    Files in them are looked for every two seconds. ${fateText(places)}. No bucket and no server is asked:\n`,
    '    what they permit, their news and their limits show only there (tributary doctor). Exits that wait for somebody go on\n',
    '    waiting here.\n',
  ].join('');
}
