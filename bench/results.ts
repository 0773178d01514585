import { readFile, writeFile } from 'node:fs/promises';
import { cpus, platform } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { type Name, WITH_PEERS } from './names.js';
import type { Outcome } from './outcome.js';
import { ROOT } from './root.js';

const Ratio = z.object({
  median: z.number(),
  min: z.number(),
  max: z.number(),
  low: z.number(),
  high: z.number(),
  rounds: z.array(z.number()).min(1),
});

/** What was measured on: ratios depend on it. */
const Machine = z.object({ node: z.string(), cpu: z.string(), cores: z.number(), platform: z.string() });
export type Machine = z.infer<typeof Machine>;

/** What one benchmark gave on some day, on some machine. */
export const Measurement = z.object({
  measuredAt: z.iso.date(),
  machine: Machine,
  /** Of the peers that it may have been measured against. */
  peers: z.record(z.string(), z.string()).optional(),
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

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

/** The versions of the peers as bench/peers locks them, by their names. */
export async function peersLocked(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(ROOT, 'bench/peers/package-lock.json'), 'utf8');
  const { packages } = Lock.parse(JSON.parse(text));
  const names = Object.keys(packages['']?.dependencies ?? {});
  return Object.fromEntries(
    names.map((name) => [name, packages[`node_modules/${name}`]?.version ?? 'unknown']),
  );
}

/** The ratios have their rounds; of everything else they would be the most of the file. */
const withoutRounds = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, one) => (key === 'rounds' && Array.isArray(one) ? undefined : one)));

/** An outcome as it is kept, with the versions of the peers where they are part of it. */
export const measurementOf = (
  name: Name,
  { ratios, missed, text, results }: Outcome,
  at: Date,
  locked: Readonly<Record<string, string>>,
): Measurement => ({
  measuredAt: at.toISOString().slice(0, 10),
  machine: machine(),
  ...(WITH_PEERS.includes(name) && { peers: { ...locked } }),
  ratios: Object.fromEntries(
    Object.entries(ratios).map(([key, ratio]) => [key, { ...ratio, rounds: [...ratio.rounds] }]),
  ),
  missed: [...missed],
  text: text.trimEnd().split('\n'),
  results: withoutRounds(results),
});

/** Five digits say more than was measured. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;

/** The committed results as a file has them, the rounds of a ratio on one line. */
export const resultsText = (results: Results): string =>
  `${JSON.stringify(results, rounded, 2).replaceAll(/\[\s+([\d.,\se+-]+?)\s+\]/g, (_, numbers: string) => `[${numbers.replaceAll(/\s+/g, ' ')}]`)}\n`;

/** A run for machines: what was measured as results.json has it, and what missed its target or failed, a sentence each. */
export const jsonOf = (run: {
  readonly measured: Results;
  readonly missed: readonly string[];
  readonly failed: readonly string[];
}): string => `${JSON.stringify(run, rounded, 2)}\n`;

const place = (): string => join(ROOT, 'bench/results.json');

/** The committed results. A file that is not as this version writes it throws. */
export const readResults = async (): Promise<Results> =>
  Results.parse(JSON.parse(await readFile(place(), 'utf8')));

const [BEGIN, END] = [
  '<!-- results: `npm run bench -- --write` rewrites what follows -->',
  '<!-- end of results -->',
];

/** What the page says instead of results. */
export const NOTHING = 'Nothing is committed.';

function section(name: string, { measuredAt, machine: on, peers, text, missed }: Measurement): string {
  const versions = Object.entries(peers ?? {}).map(([peer, version]) => `${peer} ${version}`);
  const beside = versions.length === 0 ? '' : `\nPeers: ${versions.join(', ')}\n`;
  const head = `### ${name}\n\n${measuredAt}, Node ${on.node}, ${on.cpu.trim()}, ${on.cores} cores, ${on.platform}\n${beside}`;
  const verdict = missed.length === 0 ? '' : `\nMissed: ${missed.join('; ')}.\n`;
  return `${head}\n\`\`\`text\n${text.join('\n')}\n\`\`\`\n${verdict}`;
}

/** The page with its results replaced by these. A page without the marks throws. */
export function pageWith(page: string, results: Results): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`bench/README.md lacks ${BEGIN} or ${END}`);
  const found = Object.entries(results).map(([name, one]) => section(name, one));
  const sections = found.length === 0 ? [NOTHING] : found;
  return `${page.slice(0, start)}${[BEGIN, ...sections, ''].join('\n\n').replaceAll(/\n{3,}/g, '\n\n')}${page.slice(end)}`;
}

/** Puts measurements in the place of older ones of the same benchmarks, in the committed results and on the page. */
export async function writeResults(measured: Results): Promise<void> {
  const results = Results.parse(JSON.parse(resultsText({ ...(await readResults()), ...measured })));
  await writeFile(place(), resultsText(results));
  const page = join(ROOT, 'bench/README.md');
  await writeFile(page, pageWith(await readFile(page, 'utf8'), results));
}
