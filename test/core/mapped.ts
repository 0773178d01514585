import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { compile } from '../../shared/core/compile.js';
import { ok } from '../../shared/core/fault.js';
import type { Json } from '../../shared/core/ports.js';
import { RulesFile } from '../../shared/core/rules.js';
import type { Finding } from '../../shared/core/scope.js';
import type { PersonState } from '../../shared/core/state.js';
import type { Looking, Tools } from '../../shared/core/tools.js';
import { toolsFor } from '../../shared/tools/load.js';
import { START, viewAfter } from './persons-records.js';

/** What the middle column of a table is about. */
export type KnownKind = 'value of `v`' | 'audiences' | 'identities';

/** A row of a table of docs/rules-mappings.md: YAML, and JSON twice; nothing where the table has a dash. */
export interface MappingRow {
  readonly section: string;
  readonly mapping: string;
  readonly kind: KnownKind;
  readonly known: string | undefined;
  readonly written: string | undefined;
}

const docs = readFileSync(new URL('../../docs/rules-mappings.md', import.meta.url), 'utf8');

/** The example file the page begins with. */
export const exampleFile = (): string => /```yaml\n([\s\S]*?)```/.exec(docs)?.[1] ?? '';

/** What stands in the cell of a table, without its signs for code. */
function cellText(cell: string): string | undefined {
  if (cell === '—') return undefined;
  const code = /^`(.*)`$/.exec(cell)?.[1];
  if (code === undefined) throw new Error(`no code in the cell ${cell}`);
  return code.replaceAll('\\|', '|');
}

/** Every row of every table of mappings on the page. */
export function documentedRows(): readonly MappingRow[] {
  return docs.split('\n## ').flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n'));
    const [, kind, body = ''] =
      /\| mapping \| (.*) \| written \|\n\|---\|---\|---\|\n((?:\|.*\n?)*)/.exec(section) ?? [];
    if (kind === undefined) return [];
    return body
      .trim()
      .split('\n')
      .map((line) => {
        const [mapping = '', known, written] = line.slice(2, -2).split(' | ').map(cellText);
        return { section: title, mapping, kind: kind as KnownKind, known, written }; // a heading of the page
      });
  });
}

/** A function as a customer might write it: the first letters of the words at `v`; null for an empty text. */
function initials({ value }: Looking): Json | undefined {
  const text = value('v');
  if (typeof text !== 'string') return undefined;
  return text === '' ? null : text.replace(/(\S)\S*\s*/g, '$1');
}

const NO_READS = { paths: [], identities: [], audiences: [] };

/** Every tool there is, and the functions `initials` (a mapping) and `isHot` (a condition). */
export const allTools = async (): Promise<Tools> => ({
  ...(await toolsFor('date phone sha256 liquid matches')),
  functions: new Map([
    [
      'initials',
      {
        kind: 'mapping' as const,
        reads: { ...NO_READS, paths: ['v'] },
        value: (looking: Looking) => ok(initials(looking)),
      },
    ],
    ['isHot', { kind: 'rule' as const, reads: NO_READS, holds: () => ok(true) }],
  ]),
});

/** Audiences `hot` (ups) and `vip` (namespace Upload), and one field per mapping. */
const file = (mappings: readonly unknown[], match: unknown = '$key'): unknown => ({
  audiences: { hot: 'hot-1', vip: { id: 'vip-1', namespace: 'Upload' } },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'one',
      when: { entered: 'hot' },
      do: [
        {
          upsert: 'sales/Contact',
          match: { Id: match },
          set: Object.fromEntries(mappings.map((mapping, i) => [`F${i}`, mapping])),
        },
      ],
    },
  ],
});

/** What is wrong with a mapping that its schema has accepted. */
export const findingsOf = (mapping: unknown, tools: Tools): readonly Finding[] =>
  compile(RulesFile.parse(file([mapping])), tools).findings;

/** Mappings, compiled: what they remember of some records, and what they give for person C-1. */
export interface Mapper {
  /** The view after some records, each taken in a millisecond after the one before. */
  readonly view: (...bodies: readonly object[]) => PersonState;
  readonly read: (view: PersonState) => readonly (Json | undefined)[];
}

/** Compiles mappings; any finding fails the test. */
export function mapperOf(mappings: readonly unknown[], tools: Tools): Mapper {
  const { rules, findings } = compile(RulesFile.parse(file(mappings)), tools);
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
  const fields = rules.rules[0]?.actions[0]?.fields ?? [];
  return {
    view: (...bodies) => viewAfter(rules, ...bodies.map((body, i) => [body, START + i] as const)),
    read: (view) => fields.map(({ live }) => live.read({ key: 'C-1', view, now: 0 })),
  };
}

/** What one mapping, as it stands in a file, gives after some records. */
export function mapped(mapping: string, tools: Tools, ...bodies: readonly object[]): Json | undefined {
  const { view, read } = mapperOf([parse(mapping)], tools);
  return read(view(...bodies))[0];
}

/** What addresses the row of a person after one record, by its mapping under `match`. */
export function addressed(match: string, tools: Tools, body: object): Json | undefined {
  const { rules, findings } = compile(RulesFile.parse(file([], parse(match))), tools);
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
  return rules.rules[0]?.actions[0]?.row.address({ key: 'C-1', view: viewAfter(rules, [body]), now: 0 });
}

const HOMES: Readonly<Record<string, readonly [namespace: string, id: string]>> = {
  hot: ['ups', 'hot-1'],
  vip: ['Upload', 'vip-1'],
};

/** The profile export that the middle column of a row stands for. */
export function bodyOf({ kind, known }: Pick<MappingRow, 'kind' | 'known'>): object {
  const value: unknown = known === undefined ? undefined : JSON.parse(known);
  const entries = Object.entries(Object(value));
  if (kind === 'identities') {
    const map = entries.map(([name, ids]) => [name, [ids].flat().map((id) => ({ id }))]);
    return { identityMap: Object.fromEntries(map) };
  }
  if (kind === 'audiences') {
    const spaces = entries.map(([name, status]) => {
      const [namespace = '', id = ''] = HOMES[name] ?? [];
      return [namespace, { [id]: { status, lastQualificationTime: '2026-11-01T23:30:00Z' } }];
    });
    return { segmentMembership: Object.fromEntries(spaces) };
  }
  return { identityMap: {}, ...(known === undefined ? {} : { v: value }) };
}
