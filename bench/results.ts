import { readFile, writeFile } from 'node:fs/promises';
import { cpus, platform } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Outcome } from './outcome.js';
import { ROOT } from './root.js';

const Ratio = z.object({
  median: z.number(),
  min: z.number(),
  max: z.number(),
  low: z.number(),
  high: z.number(),
});

const Machine = z.object({ node: z.string(), cpu: z.string(), cores: z.number(), platform: z.string() });
type Machine = z.infer<typeof Machine>;

/** What one benchmark gave on some day, on some machine. */
export const Measurement = z.object({
  measuredAt: z.iso.date(),
  machine: Machine,
  ratios: z.record(z.string(), Ratio),
  missed: z.array(z.string()),
  /** As it was printed, line by line. */
  text: z.array(z.string()),
  results: z.unknown(),
});
export type Measurement = z.infer<typeof Measurement>;

/** The newest measurement of each benchmark, by its name: `bench/results.json`. */
export const Results = z.record(z.string(), Measurement);
export type Results = z.infer<typeof Results>;

/** This machine. */
export const machine = (): Machine => ({
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  platform: platform(),
});

/** An outcome as it is kept. */
export const measurementOf = ({ ratios, missed, text, results }: Outcome, at: Date): Measurement => ({
  measuredAt: at.toISOString().slice(0, 10),
  machine: machine(),
  ratios: { ...ratios },
  missed: [...missed],
  text: text.trimEnd().split('\n'),
  results,
});

/** Five digits say more than was measured. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;

/** The committed results as a file has them. */
export const resultsText = (results: Results): string => `${JSON.stringify(results, rounded, 2)}\n`;

const place = (): string => join(ROOT, 'bench/results.json');

/** The committed results. A file that is not as this version writes it throws. */
export const readResults = async (): Promise<Results> =>
  Results.parse(JSON.parse(await readFile(place(), 'utf8')));

const [BEGIN, END] = [
  '<!-- results: `npm run bench -- --write` rewrites what follows -->',
  '<!-- end of results -->',
];

function section(name: string, { measuredAt, machine: on, text, missed }: Measurement): string {
  const head = `### ${name}\n\n${measuredAt}, Node ${on.node}, ${on.cpu.trim()}, ${on.cores} cores, ${on.platform}\n`;
  const verdict = missed.length === 0 ? '' : `\nMissed: ${missed.join('; ')}.\n`;
  return `${head}\n\`\`\`text\n${text.join('\n')}\n\`\`\`\n${verdict}`;
}

/** The page with its results replaced by these. A page without the marks throws. */
export function pageWith(page: string, results: Results): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`bench/README.md lacks ${BEGIN} or ${END}`);
  const sections = Object.entries(results).map(([name, one]) => section(name, one));
  return `${page.slice(0, start)}${[BEGIN, ...sections, ''].join('\n\n').replaceAll(/\n{3,}/g, '\n\n')}${page.slice(end)}`;
}

/** Puts measurements in the place of older ones of the same benchmarks, in the committed results and on the page. */
export async function writeResults(measured: Results): Promise<void> {
  const results = Results.parse(JSON.parse(resultsText({ ...(await readResults()), ...measured })));
  await writeFile(place(), resultsText(results));
  const page = join(ROOT, 'bench/README.md');
  await writeFile(page, pageWith(await readFile(page, 'utf8'), results));
}
