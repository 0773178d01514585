import { writeFileSync } from 'node:fs';
import { MAIN } from './template.js';

/** Writes the template as Azure takes it into a file. */
const [file = ''] = process.argv.slice(2);
writeFileSync(file, `${JSON.stringify(MAIN, null, 2)}\n`);
