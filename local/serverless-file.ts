import {
  type CollectionTag,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ScalarTag,
} from 'yaml';
import { bad, ok, type Result } from '../shared/core/fault.js';
import { fillIn, isMembers } from './serverless-variables.js';

/** Where in the file: member names and list indexes from the root. */
export type Path = readonly (string | number)[];

/** A `serverless.yml` that could be read: its values, and the line each of them stands on. */
export interface ServerlessFile {
  readonly stage: string;
  /** The value at a path with the variables filled in that can be known here; `undefined` when there is none. */
  at(path: Path): unknown;
  /** `serverless.yml:12`: the line of the closest existing member on the path. */
  place(path: Path): string;
}

/**
 * How the file is called in faults, the deployment stage that `${sls:stage}` stands for (osls: `dev`), and the environment
 * that it is deployed from (none).
 */
export interface ServerlessFileOptions {
  readonly file?: string;
  readonly stage?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const shortForm = (tag: string, long: string, read: (text: string) => unknown): ScalarTag => ({
  tag,
  resolve: (text) => ({ [long]: read(text) }),
});

/** `!GetAtt [Events, Arn]`; the scalar form is `!GetAtt Events.Arn`. */
const GET_ATT_LIST: CollectionTag = {
  tag: '!GetAtt',
  collection: 'seq',
  resolve: (node) => ({ 'Fn::GetAtt': node.toJSON() }),
};

/** The CloudFormation short forms that name another resource; the value under any other tag stays as written. */
const TAGS = [
  shortForm('!GetAtt', 'Fn::GetAtt', (text) => text.split('.')),
  shortForm('!Ref', 'Ref', (text) => text),
  shortForm('!ImportValue', 'Fn::ImportValue', (text) => text),
  GET_ATT_LIST,
];

/** The value at a path. osls makes one of the items of a list of `resources`, so a name in a list is that in any of them. */
function descend(from: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return from;
  if (Array.isArray(from) && typeof step === 'string') {
    return from.map((item) => descend(item, path)).find((value) => value !== undefined);
  }
  const holds = typeof from === 'object' && from !== null && Object.hasOwn(from, step);
  // An own member of an object that was built from the file; `unknown` again at once.
  return descend(holds ? (from as Record<string | number, unknown>)[step] : undefined, rest);
}

const pairOf = (node: unknown, step: string | number) =>
  isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;

/** Offset of the last member on the path that exists: of its name in a map, of the item itself in a list. */
function offsetOf(root: unknown, path: Path): number {
  let node: unknown = root;
  let offset = 0;
  for (const step of path) {
    if (isSeq(node) && typeof step === 'string') node = node.items.find((one) => pairOf(one, step));
    const pair = pairOf(node, step);
    const item = isSeq(node) && typeof step === 'number' ? node.items[step] : pair?.value;
    const mark = pair ? pair.key : item;
    if (!isNode(mark)) return offset;
    offset = mark.range?.[0] ?? offset;
    node = item;
  }
  return offset;
}

/** Reads the text of a `serverless.yml`; a syntax fault names its line. */
export function openServerlessFile(
  text: string,
  options: ServerlessFileOptions = {},
): Result<ServerlessFile> {
  const { file = 'serverless.yml', stage = 'dev', env = {} } = options;
  const lines = new LineCounter();
  const line = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  const document = parseDocument(text, {
    lineCounter: lines,
    customTags: TAGS,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error) return bad('config.syntax', `${line(error.pos[0])}: ${error.message}.`, { cause: error });
  const values = fillIn(document.toJS(), stage, env);
  if (!isMembers(values))
    return bad('config.invalid', `${file}:1: expected settings, found ${typeof values}.`);
  return ok({
    stage,
    at: (path) => descend(values, path),
    place: (path) => line(offsetOf(document.contents, path)),
  });
}
