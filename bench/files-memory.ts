import { openTable } from '../shared/files/formats/open-table.js';
import { countRows, generatedCsv } from './files-rows.js';

/** Reads a generated file of as many rows as the argument says, and tells the parent what that took at the most. */
const rows = Number(process.argv[2]);
let most = 0;
const sample = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 20);
const start = performance.now();
const read = await countRows(await openTable(generatedCsv(rows), {}));
clearInterval(sample);
most = Math.max(most, process.memoryUsage.rss());
process.send?.({ read, most, seconds: (performance.now() - start) / 1000 });
