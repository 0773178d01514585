import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import * as z from 'zod';
import { openTable } from '../shared/files/formats/open-table.js';
import { parquetOf } from './files-parquet.js';
import { plannerOfFiles } from './files-plan.js';
import { countRows, exitsOf, generatedCsv, held, leaversOf, wholeOf } from './files-rows.js';
import { ratioText } from './outcome.js';
import { type Comparison, compareTasks, type Task } from './rounds.js';
import { forkKept } from './tidy.js';

const ROWS = 20_000;
/** Rows of the shorter file whose memory is measured, and of the longer unless somebody asks for more. */
const FEW_ROWS = 10_000;
export const MANY_ROWS = 300_000;

const MIB = 2 ** 20;
/**
 * What a file may take more that is thirty or five hundred times as long, bytes: the garbage of a longer run, of which V8 lets 64 MB lie
 * outside of its heap alone before it collects. 300,000 rows reach what five million take, 120 to 170; a hundred bytes kept of each of
 * them would be 477 MiB.
 */
const GROWTH_BYTES = 192 * MIB;
/** Rows checked, numbered and named against rows as the bare parser gives them; and the same until it is known what is written. */
const TARGETS = { csv: 3, parquet: 0.6, 'csv planned': 0.7, 'parquet planned': 0.12 } as const;

type Judged = keyof typeof TARGETS;

const Sample = z.object({
  delivered: z.number(),
  exits: z.number(),
  most: z.number(),
  seconds: z.number(),
});

/** How far a process has come. */
const Progress = z.object({ looked: z.number(), most: z.number(), seconds: z.number() });

interface Memory extends z.infer<typeof Sample> {
  readonly kind: 'incremental' | 'snapshot';
  readonly rows: number;
}

export interface FilesResult {
  readonly rows: number;
  readonly ratios: Readonly<Record<Judged, Comparison>>;
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

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** Rows that are looked at on the way: those of each file twice. */
const looksOf = (kind: Memory['kind'], rows: number): number =>
  kind === 'incremental' ? rows * 2 : (rows * 2 - leaversOf(rows)) * 2;

/** From the place to the target in a process of its own, so that nothing else is counted. */
function memoryOf(kind: Memory['kind'], rows: number, tell: (text: string) => void): Promise<Memory> {
  const script = fileURLToPath(new URL('./files-journey.js', import.meta.url));
  const child = forkKept(script, [`${rows}`, kind]);
  const all = looksOf(kind, rows).toLocaleString('en');
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const far = Progress.safeParse(message).data;
      if (!far) return resolve({ kind, rows, ...Sample.parse(message) });
      const { looked, most, seconds } = far;
      tell(
        `${looked.toLocaleString('en')} of ${all} looks at rows, ${mebibytes(most)}, ${seconds.toFixed(0)} s`,
      );
    });
    child.once('error', reject);
    // Not its exit: that may be heard of before its last message.
    child.once('disconnect', () => reject(new Error(`the process of ${rows} rows ended without an answer`)));
  });
}

/**
 * Rows a second of CSV and Parquet beside the bare parsers, through {@link openTable} and on to what would be written; and what
 * memory whole files take on their whole way, the longest of `rows` rows, or next to
 * none when it is to be quick.
 */
export async function benchFiles(options: {
  readonly rounds: number;
  readonly rows: number;
  readonly quick: boolean;
  readonly onScenario: (name: string) => void;
}): Promise<FilesResult> {
  const csv = await wholeOf(generatedCsv(ROWS));
  const parquet = await parquetOf(csv);
  const planned = plannerOfFiles();
  const against = (what: string, limit: Task, run: () => Promise<unknown>): Promise<Comparison> => {
    options.onScenario(`files: ${what}`);
    return compareTasks(limit, { name: 'tributary', run }, options.rounds);
  };
  const bare = {
    csv: { name: 'csv-parse', run: () => bareCsv(csv) },
    parquet: { name: 'hyparquet', run: () => bareParquet(parquet) },
  };
  const ratios = {
    csv: await against('CSV', bare.csv, () => ours('export.csv', csv)),
    parquet: await against('Parquet', bare.parquet, () => ours('export.parquet', parquet)),
    'csv planned': await against('CSV, decoded and planned', bare.csv, () =>
      planned('members_20260901_020000.csv', csv),
    ),
    'parquet planned': await against('Parquet, decoded and planned', bare.parquet, () =>
      planned('members_20260901_020000.parquet', parquet),
    ),
  };
  const memory: Memory[] = [];
  for (const kind of ['incremental', 'snapshot'] as const)
    for (const rows of options.quick ? [1_000, 2_000] : [FEW_ROWS, options.rows]) {
      const what = `files: memory, ${rows.toLocaleString('en')} rows, ${kind}`;
      options.onScenario(what);
      memory.push(await memoryOf(kind, rows, (far) => options.onScenario(`${what}: ${far}`)));
    }
  return { rows: ROWS, ratios, memory };
}

const lineOf = (name: string, { ratio, contenders }: Comparison, rows: number): string => {
  const rates = contenders.map(
    (one) => `${one.name} ${Math.round(one.median * rows).toLocaleString('en')} rows/s`,
  );
  return `${name.padEnd(16)} ratio ${ratioText(ratio)}  ${rates.join(', ')}\n`;
};

const judged = ({ ratios }: FilesResult): readonly (readonly [Judged, Comparison])[] =>
  // The keys of a record of ours.
  Object.entries(ratios) as [Judged, Comparison][];

/** The results for people. */
export function filesText(result: FilesResult): string {
  const targets = Object.entries(TARGETS).map(([name, target]) => `${name} ${target}`);
  return [
    `rows of files against the bare parser (targets: ${targets.join(', ')})\n`,
    ...judged(result).map(([name, one]) => lineOf(name, one, result.rows)),
    ...result.memory.map(
      (one) =>
        `memory           ${one.rows.toLocaleString('en')} rows of CSV (${one.kind}) to the target in ${one.seconds.toFixed(1)} s: at most ${mebibytes(one.most)} resident\n`,
    ),
  ].join('');
}

/** Rows that must have come to the target, and persons who must have left. */
const wanted = ({ kind, rows }: Memory): { readonly delivered: number; readonly exits: number } =>
  kind === 'incremental'
    ? { delivered: rows, exits: 0 }
    : { delivered: rows + rows - leaversOf(rows), exits: exitsOf(rows) };

/** The targets that were missed. */
export function filesMissed(result: FilesResult): readonly string[] {
  const { memory } = result;
  const ratios = judged(result).flatMap(([name, { ratio }]) =>
    ratio.median < TARGETS[name]
      ? [`${name}: ratio ${ratio.median.toFixed(2)} is below ${TARGETS[name]}`]
      : [],
  );
  const grown = (['incremental', 'snapshot'] as const).flatMap((kind) => {
    const [small, large] = memory.filter((one) => one.kind === kind);
    const more = (large?.most ?? 0) - (small?.most ?? 0);
    return more > GROWTH_BYTES
      ? [`memory (${kind}): ${mebibytes(more)} more for the longer file, above ${mebibytes(GROWTH_BYTES)}`]
      : [];
  });
  const lost = memory.flatMap((one) => {
    const { delivered, exits } = wanted(one);
    return one.delivered === delivered && one.exits === exits
      ? []
      : [
          `${one.kind}: ${one.delivered} rows and ${one.exits} exits came to the target instead of ${delivered} and ${exits}`,
        ];
  });
  return [...ratios, ...grown, ...lost];
}
