import type * as z from 'zod';
import { proposal, quote } from '../core/names.js';

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object (members and their values)',
  record: 'an object (members and their values)',
  null: 'null',
  never: 'left out',
};

const RECEIVED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
};

const received = (input: unknown): string =>
  Array.isArray(input)
    ? 'a list'
    : typeof input === 'number' && !Number.isFinite(input)
      ? 'that number'
      : (RECEIVED[typeof input] ?? typeof input);

/** What is said when something else is there than must be, or nothing at all. `wanted` follows "must be". */
function instead(input: unknown, wanted: string): string {
  if (input === undefined) return `is missing; it must be ${wanted}`;
  if (input === null) return `is empty; it must be ${wanted}`;
  return `must be ${wanted}, not ${received(input)}`;
}

function oneOf(values: readonly unknown[], input: unknown): string {
  const names = values.map((value) => (typeof value === 'string' ? quote(value) : String(value)));
  const wanted = names.length === 1 ? String(names[0]) : `one of ${names.join(', ')}`;
  if (typeof input !== 'string') return instead(input, wanted);
  const meant = proposal(
    input,
    values.filter((value) => typeof value === 'string'),
  );
  return meant ? `must be ${wanted}; ${meant}` : `must be ${wanted}`;
}

const UNITS: Readonly<Record<string, string>> = { array: 'items', string: 'characters', object: 'members' };

function size(origin: string, limit: number | bigint, word: 'at least' | 'at most'): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `must be ${word} ${limit}`;
  if (word === 'at least' && Number(limit) === 1) return 'must not be empty';
  return `must have ${word} ${limit} ${unit}`;
}

/** The named member of what came in, when that is an object. */
const memberOf = (input: unknown, name: string): unknown =>
  typeof input === 'object' && input !== null && Object.hasOwn(input, name)
    ? // Own member, checked in the line above.
      (input as Record<string, unknown>)[name]
    : undefined;

/**
 * The words for a complaint of a schema that brings none of its own: a type is called what people call it, "undefined"
 * is what is missing. Nothing for those that the library's words must do for.
 */
export function plainly(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'string' && (typeof input === 'number' || typeof input === 'boolean'))
        return `is read as ${received(input)}; put it in quotes`;
      return instead(input, WORDS[issue.expected] ?? issue.expected);
    case 'invalid_value':
      return oneOf(issue.values, input);
    case 'too_small':
      return size(issue.origin, issue.minimum, 'at least');
    case 'too_big':
      return size(issue.origin, issue.maximum, 'at most');
    case 'invalid_format':
      return issue.format === 'regex' ? `has not the form ${issue.pattern ?? ''}`.trimEnd() : undefined;
    case 'invalid_union':
      // Of a union told apart by one member, only that member is complained of.
      return issue.inclusive !== false && issue.options && issue.discriminator !== undefined
        ? oneOf(issue.options, memberOf(input, issue.discriminator))
        : undefined;
    default:
      return undefined;
  }
}
