import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEMPLATES } from './template.js';

/** Writes the templates as Azure takes them into a folder. */
const [folder = ''] = process.argv.slice(2);
for (const [name, template] of Object.entries(TEMPLATES))
  writeFileSync(join(folder, name), `${JSON.stringify(template, null, 2)}\n`);
