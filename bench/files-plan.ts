import type { CompiledRules } from '../shared/core/compiled.js';
import { plan } from '../shared/core/plan.js';
import { EMPTY_STATE } from '../shared/core/state.js';
import { advance } from '../shared/core/view.js';
import { openSources } from '../shared/files/intake/open-sources.js';
import type { FileSource, RowReader } from '../shared/files/intake/source.js';
import type { TableRow } from '../shared/files/ports.js';
import { decodeMessage } from '../shared/pipeline/decode.js';
import { inflate } from '../shared/pipeline/inflate.js';
import { journeyConfig } from './files-ground.js';
import { held } from './files-rows.js';

const AT = 1_790_000_000_000;

/** Decodes and plans one row for somebody of whom nothing is known; gives how many fields would be written. */
function planRow(row: TableRow, reader: RowReader, rules: CompiledRules): number {
  const body = reader.bodyOf(row);
  if (!body.ok) throw body.fault;
  const [entry] = decodeMessage({ id: '1', body: body.value, at: AT, source: 'bench' }, { rules, inflate });
  if (entry?.kind !== 'addressed') throw new Error('a row of the benchmark has no address');
  const { state, transitions } = advance(EMPTY_STATE, entry.profile, rules, AT);
  const { actions } = plan(entry.person.key ?? '', state, transitions, rules);
  return actions[0]?.fields.size ?? 0;
}

/** A way from bytes to the rows that would be written, as the worker of files goes it. Gives the fields planned. */
export function plannerOfFiles(): (name: string, bytes: Uint8Array) => Promise<number> {
  const { rules, files } = journeyConfig(false);
  const clock = { now: () => AT, sleep: async () => undefined };
  const deps = { rules, clock, secrets: { get: async () => '' }, log: { write: () => undefined } };
  const [source] = openSources(files, { ...deps, random: Math.random }).values();
  return async (name, bytes) => {
    if (!source) throw new Error('the rules of the benchmark have no files');
    return plannedOf(source, rules, name, bytes);
  };
}

async function plannedOf(
  source: FileSource,
  rules: CompiledRules,
  name: string,
  bytes: Uint8Array,
): Promise<number> {
  const table = await source.open(held(name, bytes));
  const entry = { name, size: bytes.length, at: AT, version: '1' };
  const reader = await source.reader(table, entry, AT);
  if (!reader.ok) throw reader.fault;
  let fields = 0;
  for await (const rows of table.rows()) for (const row of rows) fields += planRow(row, reader.value, rules);
  if (fields === 0) throw new Error('nothing is planned for the rows of the benchmark');
  return fields;
}
