import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type YAMLMap,
} from 'yaml';
import { MAX_DEPTH, MAX_FAULTS, parseYaml, type TextFault, TOO_DEEP } from './yaml-parse.js';

/** A text that has been read. `plain` holds nothing but null, booleans, numbers, texts, lists and objects. */
export interface YamlText {
  readonly document: Document;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly plain: unknown;
}

/** Room for a thousand rules; what is longer is a mistake, and a parser may take seconds to say so. */
const MAX_CHARACTERS = 524_288;
/** Most values after every alias has been replaced by what it stands for. */
const MAX_VALUES = 100_000;

/** How much there is below a node, itself included, once every alias has been replaced. */
interface Extent {
  readonly values: number;
  readonly height: number;
}

const ONE: Extent = { values: 1, height: 1 };

/** Walks a document once: keys, aliases, depth. What it lets through can be turned into plain values safely. */
class Walk {
  readonly faults: TextFault[] = [];
  readonly targets = new Map<Alias, Node>();
  private readonly anchors = new Map<string, Node>();
  /** Of lists and maps; `undefined` while the walk is inside one. */
  private readonly extents = new Map<Node, Extent | undefined>();

  measure(node: unknown, depth: number): Extent {
    const extent = isAlias(node) ? this.alias(node) : this.plain(node, depth);
    return depth + extent.height > MAX_DEPTH ? this.fault(node, TOO_DEEP) : extent;
  }

  private plain(node: unknown, depth: number): Extent {
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return ONE;
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return ONE;
    if (depth > MAX_DEPTH) return this.fault(node, TOO_DEEP);
    this.extents.set(node, undefined);
    if (isMap(node)) this.keys(node);
    let values = 1;
    let height = 0;
    for (const item of node.items) {
      const child = this.measure(isPair(item) ? item.value : item, depth + 1);
      values += child.values;
      height = Math.max(height, child.height);
    }
    const extent = { values, height: height + 1 };
    this.extents.set(node, extent);
    return extent;
  }

  private alias(alias: Alias): Extent {
    const target = this.anchors.get(alias.source);
    if (target === undefined) return this.fault(alias, `there is no anchor &${alias.source} before this`);
    this.targets.set(alias, target);
    if (isScalar(target)) return ONE;
    return this.extents.get(target) ?? this.fault(alias, `&${alias.source} cannot hold itself`);
  }

  private keys(map: YAMLMap): void {
    const seen = new Set<string>();
    for (const { key } of map.items) {
      if (!isScalar(key)) {
        this.fault(key ?? map, 'a key must be a plain text');
        continue;
      }
      const name = String(key.value);
      if (seen.has(name)) this.fault(key, `the key ${JSON.stringify(name)} is here twice`);
      if (name === '__proto__') this.fault(key, 'no key may be named __proto__');
      if (name === '<<')
        this.fault(key, 'merge keys (<<) are not read; repeat the fields, or share them by an alias');
      seen.add(name);
    }
  }

  private fault(node: unknown, message: string): Extent {
    const range = (node as { range?: readonly number[] | null }).range; // every parsed node carries one
    this.faults.push({ offset: range?.[0] ?? 0, message });
    return ONE;
  }
}

/** Reads a YAML text, or tells what is wrong with it. Whatever the text is, it ends soon and does not throw. */
export function readYaml(text: string): YamlText | readonly TextFault[] {
  if (text.length > MAX_CHARACTERS) {
    const message = `the file has ${text.length} characters; the limit is ${MAX_CHARACTERS}`;
    return [{ offset: 0, message }];
  }
  const document = parseYaml(text);
  if (!('contents' in document)) return document;
  const walk = new Walk();
  const { values } = walk.measure(document.contents, 0);
  if (walk.faults.length > 0) return walk.faults.slice(0, MAX_FAULTS);
  if (values > MAX_VALUES) {
    const message = `the file has more than ${MAX_VALUES} values, aliases counted for what they stand for; repeat less`;
    return [{ offset: 0, message }];
  }
  return { document, targets: walk.targets, plain: document.toJS({ maxAliasCount: -1 }) };
}
