import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { type FindingCode, type Severity, severityOf } from './kinds.js';
import { Lines } from './lines.js';
import { pathName } from './path-name.js';
import type { YamlText } from './yaml-text.js';

/** A finding with its place in the file. Lines and columns count from 1, columns and `length` UTF-16 units. */
export interface LocatedFinding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How much of the line it is about. */
  readonly length: number;
  readonly message: string;
  /** Set when the line holds what nobody should see. */
  readonly conceal?: boolean;
}

/** A finding by its path of keys from the top of the file. */
export interface PathFinding {
  readonly code: FindingCode;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly severity?: Severity;
  /** Offset within the text at that path, UTF-16 units. */
  readonly offset?: number;
  /** Another place it is about; the message is followed by where that is. */
  readonly other?: readonly PropertyKey[];
  readonly conceal?: boolean;
}

interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Most findings that are told of: nobody reads more at a time. */
const MAX_FINDINGS = 100;

/** Where a node stands; every node of a parsed text carries a range. */
const extentOf = (node: unknown): Extent | undefined => {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range ? { from: range[0] ?? 0, to: range[1] ?? 0 } : undefined;
};

interface Child {
  readonly value: unknown;
  readonly extent: Extent | undefined;
}

/** What a node holds under a key or index, and where that stands: from the key in a map, the item in a list. */
function childOf(node: unknown, step: PropertyKey): Child | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }: Pair) => isScalar(key) && String(key.value) === String(step));
    const key = extentOf(pair?.key);
    return pair && { value: pair.value, extent: key && { ...key, to: extentOf(pair.value)?.to ?? key.to } };
  }
  const item: unknown = isSeq(node) ? node.items[Number(step)] : undefined;
  return item === undefined ? undefined : { value: item, extent: extentOf(item) };
}

/** Where a character of a scalar's text stands, if the text stands in the file as it is. */
function within(node: unknown, offset: number, text: string): Extent | undefined {
  const extent = isScalar(node) ? extentOf(node) : undefined;
  const value: unknown = (node as Scalar | undefined)?.value;
  if (!extent || typeof value !== 'string') return undefined;
  const quote = /^["']/.test(text.slice(extent.from, extent.from + 1)) ? 1 : 0;
  const from = extent.from + quote;
  if (text.slice(from, from + offset) !== value.slice(0, offset)) return undefined;
  return { from: from + offset, to: extent.to - quote };
}

/** Members whose values nobody should see: what is wrong with one may be that the secret itself stands there. */
const SECRET = /^(?:secret|password|token)$/i;

/** How messages about a text begin that know where in it the fault is. */
const AT_CHARACTER = /^at character (\d+): /;

const offsetIn = ({ offset, message }: PathFinding): number | undefined => {
  const [, at] = AT_CHARACTER.exec(message) ?? [];
  return offset ?? (at === undefined ? undefined : Number(at) - 1);
};

interface Found {
  readonly extent: Extent;
  /** What stands there; undefined when only a part of the path is there. */
  readonly node?: unknown;
}

/** Finds what a path names, or the nearest part of it that is there; through aliases what they stand for. */
function find({ document, targets }: YamlText, path: PathFinding['path']): Found {
  let extent: Extent = { from: 0, to: 0 };
  let node: unknown = document.contents;
  for (const step of path) {
    const child = childOf(node, step);
    if (child === undefined) return { extent };
    extent = child.extent ?? extent;
    node = isAlias(child.value) ? targets.get(child.value as Alias) : (child.value as Node | null);
  }
  return { extent, node };
}

/** The file a finding is about. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

type Said = Pick<PathFinding, 'code' | 'message' | 'severity' | 'conceal'> & { readonly length?: number };

function placedAt(file: string, lines: Lines, { from, to }: Extent, said: Said): LocatedFinding {
  const { code, message, severity = severityOf(code), conceal } = said;
  const { line, column, rest } = lines.at(from);
  const length = Math.max(1, Math.min(to - from, rest));
  return { code, severity, file, line, column, length, message, ...(conceal && { conceal }) };
}

/** A finding at an offset of the text, about one character unless `length` says more. */
export const placed = ({ file, text }: Source, offset: number, said: Said): LocatedFinding =>
  placedAt(file, new Lines(text), { from: offset, to: offset + (said.length ?? 1) }, said);

/** Errors before warnings, each as they were found: what is left out matters less than what is told. */
function foremost(findings: readonly PathFinding[]): readonly PathFinding[] {
  if (findings.length <= MAX_FINDINGS) return findings;
  const isError = ({ code, severity = severityOf(code) }: PathFinding): boolean => severity === 'error';
  return [...findings.filter(isError), ...findings.filter((one) => !isError(one))].slice(0, MAX_FINDINGS);
}

/** Gives findings their places in the file, in its order. */
export function locate(
  findings: readonly PathFinding[],
  yaml: YamlText,
  { file, text }: Source,
): readonly LocatedFinding[] {
  const lines = new Lines(text);
  const told = foremost(findings)
    .map((finding) => {
      const { extent, node } = find(yaml, finding.path);
      const offset = offsetIn(finding);
      const inside = offset === undefined ? undefined : within(node, offset, text);
      return { finding, extent: inside ?? extent, isInside: inside !== undefined };
    })
    .sort((a, b) => a.extent.from - b.extent.from)
    .map(({ finding, extent, isInside }) => {
      const { path, message, other } = finding;
      const where = path.length > 0 ? `${pathName(path)}: ` : '';
      const what = isInside ? message.replace(AT_CHARACTER, '') : message;
      const also = other ? ` (line ${lines.at(find(yaml, other).extent.from).line})` : '';
      const conceal = finding.conceal || SECRET.test(String(path.at(-1)));
      return placedAt(file, lines, extent, { ...finding, conceal, message: `${where}${what}${also}` });
    });
  const left = findings.length - told.length;
  const last = told.at(-1);
  if (left === 0 || last === undefined) return told;
  return [...told, { ...last, code: 'config.invalid', message: `and ${left} more faults; mend these first` }];
}
