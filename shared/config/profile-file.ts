import { open } from '../core/envelope.js';
import { bad, ok, type Result } from '../core/fault.js';
import { proposal, quote } from '../core/names.js';
import { type Step, split } from '../core/path.js';
import { schemaOfSamples } from './sample-schema.js';
import { ANYTHING, type Kind, type Shape, shapeOfSchema } from './shape.js';

/** What the profile is declared to be. */
export interface Profile {
  /** The file, as the rule file names it. */
  readonly file: string;
  /** A sample shows what may be there; only a schema says what cannot be. */
  readonly from: 'schema' | 'sample';
  readonly shape: Shape;
}

/** What stands at a path, or why nothing can. */
export type AtPath = { readonly shape: Shape } | { readonly fault: string };

/** Parts of an export that Adobe adds, whatever the schema says. */
const OURS = new Set(['identityMap', 'segmentMembership']);

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSchema = (value: Members): boolean =>
  [...OURS].every((part) => !Object.hasOwn(value, part)) &&
  (['$schema', '$ref', 'allOf'].some((word) => Object.hasOwn(value, word)) || isMembers(value['properties']));

/** Longest file that is read: the whole union schema of a large company has a few million characters. */
const MOST_CHARACTERS = 20_000_000;

/** Nothing in the file is shown: it may be of real people. */
const unfit = (why: string): Result<never> =>
  bad('config.invalid', `is neither a JSON schema nor a sample of a profile export: ${why}`);

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Reads what `profile:` names: a JSON schema, or one or more profile exports as AEP sends them. */
export function readProfileFile(text: string, file: string): Result<Profile> {
  if (text.length > MOST_CHARACTERS) return unfit(`it has more than ${MOST_CHARACTERS} characters`);
  const value = parse(text.replace(/^\uFEFF/, ''));
  if (isMembers(value) && isSchema(value)) return ok({ file, from: 'schema', shape: shapeOfSchema(value) });
  const samples: unknown[] = [];
  for (const item of open(text, () => unfit('it is compressed'))) {
    if (!item.ok) return unfit(item.fault.message);
    if (!isMembers(item.value)) return unfit('it holds something that is no object');
    samples.push(item.value);
  }
  return ok({ file, from: 'sample', shape: shapeOfSchema(schemaOfSamples(samples)) });
}

const NAMES: Readonly<Record<Kind, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  list: 'a list',
};

/** Kinds for people: `a text or a number`. */
export const kindsText = (kinds: Iterable<Kind>): string =>
  [...kinds].map((kind) => NAMES[kind]).join(' or ');

interface Walk {
  readonly shape: Shape;
  /** The path so far, for people. */
  readonly text: string;
}

function intoMember({ shape, text }: Walk, name: string, file: string): AtPath {
  const { kinds } = shape;
  const whole = text === '' ? file : quote(text);
  if (kinds && !kinds.has('object')) {
    const how = kinds.has('list')
      ? `; name one of its items: ${text}[0].${name}, or ${text}[member=value].${name}`
      : '';
    return { fault: `${whole} is ${kindsText(kinds)} and has no members${how}` };
  }
  const member = shape.member(name);
  if (member) return { shape: member };
  const meant = proposal(name, shape.names());
  return {
    fault: `${whole} has no ${quote(name)}${text === '' ? '' : ` in ${file}`}${meant ? `; ${meant}` : ''}`,
  };
}

function intoList({ shape, text }: Walk, step: Exclude<Step, string>, file: string): AtPath {
  const { kinds } = shape;
  if (kinds && !kinds.has('list')) return { fault: `${quote(text)} is ${kindsText(kinds)} and no list` };
  const item = shape.item();
  if (typeof step === 'number') return { shape: item };
  let at: Walk = { shape: item, text: `${text}[0]` };
  for (const name of step.steps) {
    const inside = intoMember(at, name, file);
    if ('fault' in inside) return inside;
    at = { shape: inside.shape, text: `${at.text}.${name}` };
  }
  return { shape: item };
}

const written = (text: string, step: Step): string =>
  typeof step === 'string'
    ? text === ''
      ? step
      : `${text}.${step}`
    : `${text}[${typeof step === 'number' ? step : '…'}]`;

/** What the profile has at an attribute path. */
export function atPath({ shape, file }: Profile, path: string): AtPath {
  const { steps } = split(path);
  const [first] = steps;
  if (typeof first === 'string' && OURS.has(first)) return { shape: ANYTHING };
  let at: Walk = { shape, text: '' };
  for (const step of steps) {
    const inside = typeof step === 'string' ? intoMember(at, step, file) : intoList(at, step, file);
    if ('fault' in inside) return inside;
    at = { shape: inside.shape, text: written(at.text, step) };
  }
  return { shape: at.shape };
}
