import type { ASTNode } from '@marcbachmann/cel-js';
import { proposal, quote } from '../core/names.js';
import type { Reads, Slip } from '../core/tools.js';
import { type Chain, chainOf, fold, pathOf, textOf } from './cel-chain.js';
import { FUNCTIONS, LINEAR_MATCHES, LOOPS, METHODS, PLAIN, ROOTS, TYPE_NAMES } from './cel-language.js';

const NAMES: readonly string[] = [...ROOTS, ...PLAIN, ...TYPE_NAMES];

/** The library takes time that grows with the cube of a duration's length. */
const LONGEST_DURATION = 40;

/** A chain of `profile`, by its path, and where it stands. */
export interface PathUse {
  readonly path: string;
  readonly at: number;
}

/**
 * Goes through an expression once: refuses what a condition may not use, finds out what is read and how deep loops nest,
 * and makes one step of every chain. What it has gone through reaches nothing but what it was found to read.
 */
export class CelWalk {
  readonly faults: Slip[] = [];
  readonly uses: PathUse[] = [];
  readonly patterns: { readonly pattern: string; readonly at: number }[] = [];
  nodes = 0;
  /** How deep loops nest. */
  depth = 0;
  private readonly identities = new Set<string>();
  private readonly audiences = new Set<string>();
  private now = false;
  private readonly literal: (text: string) => ASTNode;

  constructor(literal: (text: string) => ASTNode) {
    this.literal = literal;
  }

  reads(): Reads {
    const paths = [...new Set(this.uses.map(({ path }) => path))];
    return { paths, identities: [...this.identities], audiences: [...this.audiences], now: this.now };
  }

  /** `bound` are the names that the loops around give to their elements. */
  visit(node: ASTNode, bound: readonly string[] = []): void {
    this.nodes += 1;
    if (node.op === 'id') this.name(node, node.args, bound);
    else if (node.op === '.' || node.op === '[]') this.member(node, bound);
    else if (node.op === 'call') this.call(node, node.args, bound);
    else if (node.op === 'rcall') this.method(node, node.args, bound);
    else if (node.op === 'map') for (const entry of node.args) this.each(entry, bound);
    else if (node.op === '!_' || node.op === '-_') this.visit(node.args, bound);
    // Optional members (`.?`) are switched off in the environment: the parser refuses them.
    else if (node.op !== 'value' && node.op !== '.?') this.each(node.args, bound);
  }

  private each(nodes: readonly ASTNode[], bound: readonly string[]): void {
    for (const node of nodes) this.visit(node, bound);
  }

  private name(node: ASTNode, name: string, bound: readonly string[]): void {
    if (bound.includes(name)) return;
    if (ROOTS.some((root) => root === name)) {
      this.fault(node, `${name} must be followed by a member that is written out, such as ${EXAMPLES[name]}`);
    } else if (!NAMES.includes(name)) {
      const meant = proposal(name, [...NAMES, ...bound]) ?? `there are ${[...ROOTS, ...PLAIN].join(', ')}`;
      this.fault(node, `there is no ${quote(name)}; ${meant}`);
    } else if (name === 'now') this.now = true;
  }

  private member(node: ASTNode & { op: '.' | '[]' }, bound: readonly string[]): void {
    const chain = chainOf(node, bound);
    if (chain) {
      this.chain(node, chain);
      return;
    }
    const [of, step] = node.args;
    this.visit(of, bound);
    if (typeof step !== 'string') this.visit(step, bound);
  }

  private chain(node: ASTNode, chain: Chain): void {
    const { root, steps } = chain;
    const path = root === 'profile' ? pathOf(chain) : steps[0];
    if (path === undefined) {
      this.fault(node, `${quote(steps.join('.'))} is no attribute path`);
    } else if (root !== 'profile' && steps.length > 1) {
      const kind = root === 'member' ? 'true or false' : 'a text';
      this.fault(node, `${root}.${path} is ${kind} and has no members`);
    } else {
      if (root === 'profile') this.uses.push({ path, at: node.range.start });
      else (root === 'member' ? this.audiences : this.identities).add(path);
      fold(node, chain, path, this.literal);
    }
  }

  private call(
    node: ASTNode,
    [name, args]: readonly [string, readonly ASTNode[]],
    bound: readonly string[],
  ): void {
    if (this.isAllowed(node, name, args, FUNCTIONS)) this.each(args, bound);
    if (name === 'duration' && (textOf(args[0])?.length ?? Number.POSITIVE_INFINITY) > LONGEST_DURATION) {
      this.fault(node, 'duration() takes a short text that is written out, such as duration("24h")');
    }
  }

  private method(node: ASTNode, args: [string, ASTNode, ASTNode[]], bound: readonly string[]): void {
    const [name, of, given] = args;
    this.visit(of, bound);
    if (!this.isAllowed(node, name, given, METHODS)) return;
    if (LOOPS.has(name)) this.loop(given, bound);
    else this.each(given, bound);
    if (name === 'matches') this.pattern(args);
  }

  private pattern(args: [string, ASTNode, ASTNode[]]): void {
    const given = args[2][0];
    const pattern = textOf(given);
    if (given && pattern !== undefined) {
      this.patterns.push({ pattern, at: given.range.start });
      args[0] = LINEAR_MATCHES;
    } else this.fault(given ?? args[1], 'matches() takes a pattern that is written out');
  }

  private loop([element, step]: readonly ASTNode[], bound: readonly string[]): void {
    // The library refuses anything else: it is no loop then, nor any other method.
    if (element?.op !== 'id' || step === undefined) return;
    if (NAMES.includes(element.args)) {
      this.fault(element, `${element.args} means something already; give the elements another name`);
    }
    const inner = [...bound, element.args];
    this.depth = Math.max(this.depth, inner.length);
    this.visit(step, inner);
  }

  private isAllowed(
    node: ASTNode,
    name: string,
    args: readonly ASTNode[],
    known: ReadonlyMap<string, number>,
  ): boolean {
    const most = known.get(name);
    if (most === undefined) {
      const meant = proposal(name, known.keys());
      this.fault(node, `${name}() cannot be used here${meant ? `; ${meant}` : ''}`);
      return false;
    }
    if (args.length > most) {
      this.fault(node, `${name}() takes ${most === 0 ? 'no argument' : `at most ${most} arguments`}`);
    }
    return args.length <= most;
  }

  private fault(node: ASTNode, message: string): void {
    this.faults.push({ at: node.range.start, message });
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  profile: 'profile.loyalty.points',
  identity: 'identity.email',
  member: 'member["name of an audience"]',
};
