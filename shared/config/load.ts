import { type Document, isMap, isPair, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { ConnectionConfig } from '../connectors/registry.js';
import { type CompiledRules, compile, type Finding } from '../core/compile.js';
import type { FaultCode } from '../core/fault.js';
import { RulesFile } from '../core/rules.js';
import { expandSettings } from './expand.js';

/** A finding with its place in the file. Lines and columns count from 1. */
export interface LocatedFinding {
  readonly code: FaultCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A file that may be run. */
export interface Config {
  readonly rules: CompiledRules;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly findings: readonly LocatedFinding[] };

type Path = readonly PropertyKey[];

/** Byte offset of the key at a path, or of the nearest part of it that exists in the text. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const step = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(step));
      // A key of a parsed document is always a node with a range.
      const range = (pair?.key as { range?: readonly number[] } | undefined)?.range;
      if (range) return range[0] ?? 0;
    }
    const node = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | undefined)?.range; // scalars and collections carry one
    if (range) return range[0] ?? 0;
  }
  return 0;
}

class Places {
  private readonly document: Document;
  private readonly lines: LineCounter;
  private readonly file: string;

  constructor(document: Document, lines: LineCounter, file: string) {
    this.document = document;
    this.lines = lines;
    this.file = file;
  }

  at(path: Path, code: FaultCode, message: string): LocatedFinding {
    return this.atOffset(
      offsetOf(this.document, path),
      code,
      path.length > 0 ? `${nameOf(path)}: ${message}` : message,
    );
  }

  atOffset(offset: number, code: FaultCode, message: string): LocatedFinding {
    const { line, col } = this.lines.linePos(offset);
    return { code, file: this.file, line: Math.max(1, line), column: Math.max(1, col), message };
  }
}

/** `rules[2].do[0].set.Email`, for people. */
const nameOf = (path: Path): string =>
  path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`))
    .join('');

/** The deepest issues of a union say more than "invalid input"; those of the branch that got furthest are shown. */
function flatten(issue: z.core.$ZodIssue, base: Path): { path: Path; message: string }[] {
  const path = [...base, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, message: issue.message }];
  const branches = issue.errors.map((errors) => errors.flatMap((inner) => flatten(inner, path)));
  const deepest = branches.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
  return depth(deepest) > path.length ? deepest : [{ path, message: issue.message }];
}

const depth = (issues: readonly { path: Path }[]): number =>
  Math.max(0, ...issues.map(({ path }) => path.length));

const toFindings = (error: z.ZodError, base: Path, places: Places): LocatedFinding[] =>
  error.issues.flatMap((issue) =>
    flatten(issue, base).map(({ path, message }) => places.at(path, 'config.invalid', message)),
  );

function openConnections(
  file: RulesFile,
  settings: Readonly<Record<string, string | undefined>>,
  places: Places,
): { connections: Map<string, ConnectionConfig>; findings: LocatedFinding[] } {
  const connections = new Map<string, ConnectionConfig>();
  const findings: LocatedFinding[] = [];
  for (const [name, raw] of Object.entries(file.connections)) {
    const missing: Finding[] = [];
    const expanded = expandSettings(raw, settings, ['connections', name], missing);
    findings.push(...missing.map(({ code, path, message }) => places.at(path, code, message)));
    if (missing.length > 0) continue;
    const parsed = ConnectionConfig.safeParse(expanded);
    if (parsed.success) connections.set(name, parsed.data);
    else findings.push(...toFindings(parsed.error, ['connections', name], places));
  }
  return { connections, findings };
}

/**
 * Reads the customer's file: YAML, schema, names, settings and connections. Gives every fault it can find, each with
 * its line and column, or a configuration that may be run. `settings` are what `${NAME}` stands for in connections.
 */
export function loadConfig(
  text: string,
  file: string,
  settings: Readonly<Record<string, string | undefined>>,
): Loaded {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const places = new Places(document, lines, file);
  if (document.errors.length > 0) {
    return {
      ok: false,
      findings: document.errors.map(({ pos, message }) => places.atOffset(pos[0], 'config.syntax', message)),
    };
  }
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'the YAML cannot be resolved';
    return { ok: false, findings: [places.atOffset(0, 'config.syntax', message)] };
  }
  const parsed = RulesFile.safeParse(plain);
  if (!parsed.success) return { ok: false, findings: toFindings(parsed.error, [], places) };
  const { rules, findings } = compile(parsed.data);
  const { connections, findings: faults } = openConnections(parsed.data, settings, places);
  const all = [...findings.map(({ code, path, message }) => places.at(path, code, message)), ...faults];
  return all.length > 0 ? { ok: false, findings: all } : { ok: true, config: { rules, connections } };
}

/** `file:line:column code message`, one line. */
export const formatFinding = ({ file, line, column, code, message }: LocatedFinding): string =>
  `${file}:${line}:${column} ${code} ${message}`;
