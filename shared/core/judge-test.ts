import type { Subject, Test } from './expression.js';
import { ok, type Result } from './fault.js';
import { type Operator, operatorOf } from './operators.js';
import type { Json } from './ports.js';
import type { Judge, Reader, Scope } from './scope.js';

/** Missing, null, and texts, lists and objects with nothing in them: there is nothing there. */
function isThere(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** A list passes when any of its elements does, and its negation when every element passes the negation. */
function passes({ one, each }: Operator, negated: boolean, value: Json, now: number): boolean {
  if (!negated) {
    return Array.isArray(value) ? value.some((item) => each.passes(item, now)) : one.passes(value, now);
  }
  return Array.isArray(value)
    ? value.every((item) => each.fits(item) && !each.passes(item, now))
    : one.fits(value) && !one.passes(value, now);
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** Why a value counts as failing rather than fails; undefined when it was looked at in earnest. */
function whyNot({ one, each }: Operator, value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return 'there is no value';
  if (!Array.isArray(value)) {
    return one.fits(value) ? undefined : `it needs ${one.needs}, and this is ${kindOf(value)}`;
  }
  const odd = value.find((item) => !each.fits(item));
  return odd === undefined ? undefined : `it needs ${each.needs}, and the list has ${kindOf(odd)}`;
}

function readerFor(subject: Subject, scope: Scope): Reader {
  if (subject.kind === 'key') return ({ key }) => key;
  return subject.kind === 'path' ? scope.value(subject.path) : scope.identity(subject.namespace);
}

function existence({ text, negated }: Test, read: Reader): Judge {
  return {
    holds: (sight) => isThere(read(sight)) !== negated,
    trace: (sight) => {
      const saw = read(sight);
      return { text, holds: isThere(saw) !== negated, looked: true, saw };
    },
  };
}

/** Makes one test ready to run. Bad: a pattern that is none. */
export function judgeTest(test: Test, scope: Scope): Result<Judge> {
  const { question, text } = test;
  const read = readerFor(test.subject, scope);
  if (question.op === 'exists') return ok(existence(test, read));
  const made = operatorOf(question, scope.tools);
  if (!made.ok) return made;
  if (question.op === 'within') scope.usesNow();
  const operator = made.value;
  const negated = test.negated || question.op === '!=';
  const decide = (value: Json | undefined, now: number): boolean =>
    value !== undefined && value !== null && passes(operator, negated, value, now);
  return ok({
    holds: (sight) => decide(read(sight), sight.now),
    trace: (sight) => {
      const saw = read(sight);
      const holds = decide(saw, sight.now);
      const why = holds ? undefined : whyNot(operator, saw);
      return { text, holds, looked: true, saw, ...(why === undefined ? {} : { why }) };
    },
  });
}
