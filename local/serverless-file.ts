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

/** Where in the file: member names and list indexes from the root. */
export type Path = readonly (string | number)[];

/** A `serverless.yml` that could be read: its values, and the line each of them stands on. */
export interface ServerlessFile {
  readonly stage: string;
  /** The value at a path with `${sls:stage}` filled in; `undefined` when there is none. */
  at(path: Path): unknown;
  /** `serverless.yml:12`: the line of the closest existing member on the path. */
  place(path: Path): string;
}

/** How the file is called in faults, and the deployment stage that `${sls:stage}` stands for (osls: `dev`). */
export interface ServerlessFileOptions {
  readonly file?: string;
  readonly stage?: string;
}

/** A thing with members, as opposed to a list, a text or nothing. */
export const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

/** The one osls variable that is understood here. */
const STAGE = /\$\{sls:stage\}/g;

function fillIn(value: unknown, stage: string): unknown {
  if (typeof value === 'string') return value.replace(STAGE, () => stage);
  if (Array.isArray(value)) return value.map((item) => fillIn(item, stage));
  if (!isMembers(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, stage)]));
}

function descend(from: unknown, path: Path): unknown {
  let value = from;
  for (const step of path) {
    const holds = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    // An own member of an object that was built from the file; `unknown` again at once.
    value = holds ? (value as Record<string | number, unknown>)[step] : undefined;
  }
  return value;
}

/** Offset of the last member on the path that exists: of its name in a map, of the item itself in a list. */
function offsetOf(root: unknown, path: Path): number {
  let node = root;
  let offset = 0;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
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
  const { file = 'serverless.yml', stage = 'dev' } = options;
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
  const values = fillIn(document.toJS(), stage);
  if (!isMembers(values))
    return bad('config.invalid', `${file}:1: expected settings, found ${typeof values}.`);
  return ok({
    stage,
    at: (path) => descend(values, path),
    place: (path) => line(offsetOf(document.contents, path)),
  });
}
