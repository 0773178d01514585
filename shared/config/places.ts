import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { FaultCode } from '../core/fault.js';
import type { YamlText } from './yaml-text.js';

/** A finding with its place in the file. Lines and columns count from 1. */
export interface LocatedFinding {
  readonly code: FaultCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A finding by its path of keys from the top of the file. */
export interface PathFinding {
  readonly code: FaultCode;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Place = { readonly range?: readonly number[] | null | undefined };

const startOf = ({ range }: Place): number | undefined => range?.[0];

/** Most findings that are told of: nobody reads more at a time. */
const MAX_FINDINGS = 100;

/** `rules[2].do[0].set.Email`, for people. */
const nameOf = (path: PathFinding['path']): string =>
  path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`))
    .join('');

/** What a node holds under a key or index, and where that begins: at the key in a map, at the item in a list. */
function childOf(
  node: unknown,
  step: PropertyKey,
): { value: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }: Pair) => isScalar(key) && String(key.value) === String(step));
    return pair && { value: pair.value, offset: isScalar(pair.key) ? startOf(pair.key) : undefined };
  }
  const item: unknown = isSeq(node) ? node.items[Number(step)] : undefined;
  return item === undefined ? undefined : { value: item, offset: startOf(item as Place) }; // items are nodes
}

/** Offset of what a path names, or of the nearest part of it that is there; through aliases to what they stand for. */
function offsetOf({ document, targets }: YamlText, path: PathFinding['path']): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const step of path) {
    const child = childOf(node, step);
    if (child === undefined) break;
    offset = child.offset ?? offset;
    node = isAlias(child.value) ? targets.get(child.value as Alias) : (child.value as Node | null);
  }
  return offset;
}

/** The file a finding is about. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A finding at an offset of the text. */
export function placed(
  { file, text }: Source,
  offset: number,
  { code, message }: Pick<LocatedFinding, 'code' | 'message'>,
): LocatedFinding {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { code, file, line, column: offset - before.lastIndexOf('\n'), message };
}

/** Gives findings their places in the file, in its order. */
export function locate(
  findings: readonly PathFinding[],
  yaml: YamlText,
  source: Source,
): readonly LocatedFinding[] {
  const told = findings
    .slice(0, MAX_FINDINGS)
    .map((finding) => ({ ...finding, offset: offsetOf(yaml, finding.path) }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ code, path, message, offset }) =>
      placed(source, offset, {
        code,
        message: path.length > 0 ? `${nameOf(path)}: ${message}` : message,
      }),
    );
  const left = findings.length - told.length;
  const last = told.at(-1);
  if (left === 0 || last === undefined) return told;
  return [...told, { ...last, code: 'config.invalid', message: `and ${left} more faults; mend these first` }];
}
