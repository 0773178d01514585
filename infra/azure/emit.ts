import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bicepOf } from './bicep.js';
import { EVERYTHING, MAIN } from './template.js';

/** Writes the template as Azure takes it, and in Bicep, into a folder. */
const [folder = ''] = process.argv.slice(2);
const json = JSON.stringify(MAIN, null, 2);
writeFileSync(join(folder, 'main.json'), `${json}\n`);
writeFileSync(join(folder, 'main.bicep'), bicepOf(JSON.parse(json), EVERYTHING));
