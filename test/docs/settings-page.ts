import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { settingOfSecret } from '../../shared/secrets.js';
import { OWN_SECRETS } from '../../shared/settings/own-secrets.js';
import type { Row, Rows } from '../../shared/settings/row.js';
import { GROUPS, isNeeded } from '../../shared/settings/table.js';

const FILE = resolve(import.meta.dirname, '../../docs/settings.md');
const MARKED = /(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/;

/** What JSON Schema says of a value, as far as settings need it. */
const Described = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  items: z.object({ enum: z.array(z.string()) }).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
});

const code = (text: string): string => `\`${text}\``;
const listed = (texts: readonly string[] = []): string => texts.map(code).join(', ');

/** What may stand in a setting, in words. */
export function kindOf({ kind, schema }: Row): string {
  if (kind !== undefined) return kind;
  const said = Described.parse(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }));
  if (said.enum) return listed(said.enum);
  if (said.type === 'array') return `with commas: ${listed(said.items?.enum)}`;
  const { minimum, exclusiveMinimum, maximum } = said;
  if (said.type === 'integer') return `whole number, ${minimum} to ${maximum}`;
  if (said.type === 'number') return `number above ${exclusiveMinimum}, ${maximum} at most`;
  return 'text';
}

function defaultOf(row: Row): string {
  if (isNeeded(row)) return 'must be set';
  const value = row.schema.parse(undefined);
  if (value === undefined) return row.unset ?? '';
  return code(Array.isArray(value) ? value.join(',') : String(value));
}

const cells = (texts: readonly string[]): string =>
  `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

function tableOf(rows: Rows): string {
  const head = [
    '| setting | what it is | what may stand there | unless set | where | example |',
    '|---|---|---|---|---|---|',
  ];
  const lines = Object.entries(rows).map(([name, row]) =>
    cells([
      `${code(name)}${row.identity ? '¹' : ''}${row.secret ? ' **secret**' : ''}`,
      row.about,
      kindOf(row),
      defaultOf(row),
      row.where,
      row.examples.map(code).join('<br>'),
    ]),
  );
  return [...head, ...lines].join('\n');
}

const secretLines = Object.entries(OWN_SECRETS).map(([name, about]) =>
  cells([code(name), code(settingOfSecret(name)), about]),
);

/** All tables of the page. */
export const tables = (): string =>
  [
    ...Object.entries(GROUPS).map(([name, rows]) => `## ${name}\n\n${tableOf(rows)}`),
    `## Secrets by name\n\n${['| secret | as a setting | what it is |', '|---|---|---|', ...secretLines].join('\n')}`,
  ].join('\n\n');

/** The tables that stand on the page. With `DOCS=write` in the environment they are written there first. */
export function shownTables(): string {
  if (process.env['DOCS'] === 'write') {
    const text = readFileSync(FILE, 'utf8');
    writeFileSync(
      FILE,
      text.replace(MARKED, (_, head, tail) => `${head}${tables()}${tail}`),
    );
  }
  const [found = ''] = MARKED.exec(readFileSync(FILE, 'utf8')) ?? [];
  return found.split('\n').slice(1, -1).join('\n');
}
