import { proposal, quote } from '../core/names.js';
import type { Conversions } from '../core/source.js';
import type { LintCode } from './kinds.js';
import { kindsText } from './profile-file.js';
import type { Kind, Shape } from './shape.js';

/** What is known of a value on its way to a field. */
export interface Known {
  readonly kinds: ReadonlySet<Kind> | undefined;
  readonly values: Shape['values'];
}

/** A step that no such value comes through. */
export interface StepFault {
  readonly code: LintCode;
  readonly step: keyof Conversions;
  readonly message: string;
}

/** Kinds that have a text people would expect. */
export const SCALARS: readonly Kind[] = ['text', 'number', 'boolean'];

/** A value of one of these kinds. */
export const known = (...kinds: readonly Kind[]): Known => ({ kinds: new Set(kinds), values: undefined });

/** Kinds by the type of a constant; null, which clears a field, has none. */
export const KIND_OF: Readonly<Record<string, Kind>> = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
};

/** Which kinds come through each cast, and as what. Casts of texts leave everything else as it is. */
function afterCast(cast: string, { kinds }: Known): Known {
  if (cast === 'string') return known('text');
  if (cast === 'number') return known('number');
  if (cast === 'boolean') return known('boolean');
  return { kinds, values: undefined };
}

/** What each step can be given. */
const NEEDS = {
  lookup: SCALARS,
  date: ['text', 'number'],
  phone: ['text', 'number'],
  decimals: ['number'],
  hash: SCALARS,
} as const satisfies Partial<Record<keyof Conversions, readonly Kind[]>>;

const CAST_NEEDS: Readonly<Record<string, readonly Kind[]>> = { number: SCALARS, boolean: SCALARS };

function lacking(step: keyof Conversions, value: Known, needs: readonly Kind[]): StepFault | undefined {
  if (!value.kinds || needs.some((kind) => value.kinds?.has(kind))) return undefined;
  const hint = step === 'decimals' && value.kinds.has('text') ? '; add as: number' : '';
  const message = `never gives a value: it needs ${kindsText(needs)}, and the value is ${kindsText(value.kinds)}${hint}`;
  return { code: 'check.wrong-type', step, message };
}

function strayKey(lookup: NonNullable<Conversions['lookup']>, { values }: Known): StepFault | undefined {
  if (!values) return undefined;
  const texts = [...values].map(String);
  const stray = Object.keys(lookup).find((key) => !texts.includes(key));
  if (stray === undefined) return undefined;
  const meant = proposal(stray, texts);
  const message = `the value is never ${quote(stray)}${meant ? `; ${meant}` : ''}`;
  return { code: 'check.unknown-value', step: 'lookup', message };
}

/** What a value is after the steps of a source, in the order in which they are taken, or the step that it ends at. */
export function afterSteps(value: Known, steps: Conversions): Known | StepFault {
  let at = value;
  if (steps.join !== undefined && at.kinds?.has('list'))
    at = known('text', ...[...at.kinds].filter((kind) => kind !== 'list'));
  for (const cast of [steps.as ?? []].flat()) {
    const fault = lacking('as', at, CAST_NEEDS[cast] ?? [...SCALARS, 'object', 'list']);
    if (fault) return fault;
    at = afterCast(cast, at);
  }
  for (const step of ['lookup', 'date', 'phone', 'decimals', 'hash'] as const) {
    if (steps[step] === undefined) continue;
    const fault = lacking(step, at, NEEDS[step]);
    if (fault) return fault;
    if (step === 'lookup' && steps.lookup) {
      const stray = strayKey(steps.lookup, at);
      if (stray) return stray;
      const given = Object.values(steps.lookup).flatMap((item) => KIND_OF[typeof item] ?? []);
      const values = new Set(Object.values(steps.lookup).filter((item) => item !== null));
      at = given.length > 0 ? { ...known(...given), values } : { kinds: undefined, values: undefined };
    } else at = known(step === 'decimals' ? 'number' : 'text');
  }
  return at;
}
