import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from './extract.js';

/** Writes the shapes anew: the folder has the unpacked packages, one folder each, as `npm pack` calls them. */
const [folder = '', out = ''] = process.argv.slice(2);
const folderOf = (packaged: string): string =>
  join(folder, packaged.replace(/^@azure\/(.+)@(.+)$/, 'azure-$1-$2'), 'package');
await writeFile(out, `${JSON.stringify(await extract(folderOf), null, 1)}\n`);
