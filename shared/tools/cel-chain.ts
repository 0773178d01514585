import type { ASTNode } from '@marcbachmann/cel-js';
import { Path } from '../core/path.js';
import { ROOTS, type Root } from './cel-language.js';

/** Members that are written out one after another, from a root on: `profile.loyalty["points"]`. */
export interface Chain {
  readonly root: Root;
  readonly rootNode: ASTNode;
  readonly steps: readonly string[];
}

const isRoot = (name: string): name is Root => ROOTS.some((root) => root === name);

/** The chain that ends with a node; undefined when it is none. `bound` are the names that loops give to elements. */
export function chainOf(node: ASTNode, bound: readonly string[]): Chain | undefined {
  const steps: string[] = [];
  let at = node;
  while (at.op === '.' || at.op === '[]') {
    const step = at.op === '.' ? at.args[1] : textOf(at.args[1]);
    if (step === undefined) return undefined;
    steps.unshift(step);
    at = at.args[0];
  }
  if (at.op !== 'id' || !isRoot(at.args) || bound.includes(at.args)) return undefined;
  return { root: at.args, rootNode: at, steps };
}

/** The text a node is written as; undefined when it is anything else. */
export const textOf = (node: ASTNode | undefined): string | undefined =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;

/** The attribute path of a chain; undefined when one of its members cannot be part of a path. */
export function pathOf({ steps }: Chain): string | undefined {
  const path = steps.join('.');
  const plain = steps.every((step) => /^[\w:-]+$/.test(step));
  return plain && Path.safeParse(path).success ? path : undefined;
}

/**
 * Makes one step of a chain, named by `name`: `profile.loyalty.points` becomes the member "loyalty.points" of `profile`.
 * Each path then has the newest value known for just that path, as everywhere else in a rule file, and `has` can ask for
 * it. The tree is changed before the library has checked it, which is when it looks at it. `literal` makes a text's node.
 */
export function fold(node: ASTNode, chain: Chain, name: string, literal: (text: string) => ASTNode): void {
  if (node.op === '.') {
    node.args[0] = chain.rootNode;
    node.args[1] = name;
  } else if (node.op === '[]') {
    node.args[0] = chain.rootNode;
    node.args[1] = literal(name);
  }
}
