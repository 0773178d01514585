import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import * as z from 'zod';
import { openTable } from '../shared/files/formats/open-table.js';
import { parquetOf } from './files-parquet.js';
import { countRows, generatedCsv, held, wholeOf } from './files-rows.js';
import { type Comparison, compareTasks } from './rounds.js';

const ROWS = 20_000;
const SIZES = [10_000, 5_000_000] as const;

/** What a reading may take more of a file five hundred times as long: garbage that has not been collected. */
const GROWTH_BYTES = 96 * 2 ** 20;
/** Rows checked, numbered and named against rows as the bare parser gives them. */
const TARGETS = { csv: 0.8, parquet: 0.7 } as const;

const Sample = z.object({ read: z.number(), most: z.number(), seconds: z.number() });

interface Memory extends z.infer<typeof Sample> {
  readonly rows: number;
}

export interface FilesResult {
  readonly rows: number;
  readonly csv: Comparison;
  readonly parquet: Comparison;
  readonly memory: readonly Memory[];
}

/** The bare parser over the same pieces, giving objects as we do. */
async function bareCsv(bytes: Uint8Array): Promise<number> {
  const parser = parse({ bom: true, columns: true, escape: '\\' });
  let count = 0;
  const reading = (async () => {
    for await (const _ of parser) count += 1;
  })();
  for await (const chunk of held('', bytes).open())
    if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
  parser.end();
  await reading;
  return count;
}

async function bareParquet(bytes: Uint8Array): Promise<number> {
  const whole = new Uint8Array(bytes).buffer;
  const file = { byteLength: bytes.length, slice: (from: number, to?: number) => whole.slice(from, to) };
  return (await parquetReadObjects({ file, compressors })).length;
}

const ours = async (name: string, bytes: Uint8Array): Promise<number> =>
  await countRows(await openTable(held(name, bytes), {}));

/** Reads in a process of its own, so that nothing else is counted. */
function memoryOf(rows: number): Promise<Memory> {
  const child = fork(fileURLToPath(new URL('./files-memory.js', import.meta.url)), [`${rows}`]);
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ rows, ...Sample.parse(message) }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the reader of ${rows} rows ended with ${code}`)));
  });
}

/** Rows a second of CSV and Parquet through {@link openTable} beside the bare parsers, and what memory it takes. */
export async function benchFiles(options: {
  readonly rounds: number;
  readonly onScenario: (name: string) => void;
}): Promise<FilesResult> {
  const csv = await wholeOf(generatedCsv(ROWS));
  const parquet = await parquetOf(csv);
  options.onScenario('files: CSV');
  const csvRatio = await compareTasks(
    { name: 'csv-parse', run: () => bareCsv(csv) },
    { name: 'tributary', run: () => ours('export.csv', csv) },
    options.rounds,
  );
  options.onScenario('files: Parquet');
  const parquetRatio = await compareTasks(
    { name: 'hyparquet', run: () => bareParquet(parquet) },
    { name: 'tributary', run: () => ours('export.parquet', parquet) },
    options.rounds,
  );
  const memory: Memory[] = [];
  for (const rows of SIZES) {
    options.onScenario(`files: memory, ${rows.toLocaleString('en')} rows`);
    memory.push(await memoryOf(rows));
  }
  return { rows: ROWS, csv: csvRatio, parquet: parquetRatio, memory };
}

const ratioText = (name: string, { ratio, contenders }: Comparison, rows: number): string => {
  const rates = contenders.map(
    (one) => `${one.name} ${Math.round(one.median * rows).toLocaleString('en')} rows/s`,
  );
  return `${name.padEnd(8)} ratio ${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})  ${rates.join(', ')}\n`;
};

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** The results for people. */
export const filesText = ({ rows, csv, parquet, memory }: FilesResult): string =>
  [
    `files as tables against the bare parser (targets: CSV ${TARGETS.csv}, Parquet ${TARGETS.parquet})\n`,
    ratioText('CSV', csv, rows),
    ratioText('Parquet', parquet, rows),
    ...memory.map(
      (one) =>
        `memory   ${one.rows.toLocaleString('en')} rows of CSV in ${one.seconds.toFixed(1)} s: at most ${mebibytes(one.most)} resident\n`,
    ),
  ].join('');

/** The targets that were missed. */
export function filesMissed({ csv, parquet, memory }: FilesResult): readonly string[] {
  const [small, large] = memory;
  const grown = (large?.most ?? 0) - (small?.most ?? 0);
  return [
    ...(csv.ratio.median < TARGETS.csv
      ? [`CSV: ratio ${csv.ratio.median.toFixed(2)} is below ${TARGETS.csv}`]
      : []),
    ...(parquet.ratio.median < TARGETS.parquet
      ? [`Parquet: ratio ${parquet.ratio.median.toFixed(2)} is below ${TARGETS.parquet}`]
      : []),
    ...(grown > GROWTH_BYTES
      ? [`memory: ${mebibytes(grown)} more for the longer file; it should be flat`]
      : []),
    ...memory
      .filter(({ rows, read }) => rows !== read)
      .map(({ rows, read }) => `${read} of ${rows} rows were read`),
  ];
}
