import { type Cast, textOf } from './casts.js';
import { declared, quote } from './names.js';
import type { Json } from './ports.js';
import { referred } from './reference.js';
import type { FilePath, Reader, Scope } from './scope.js';
import { type FieldSource, isConstant } from './source.js';
import { stepsOf } from './steps.js';
import { templateReader } from './template.js';

type Form<Name extends string> = Extract<FieldSource, Record<Name, unknown>>;

/** Takes what a reader gives through steps. Null is a value that clears: no step is about it, nor is a default. */
function through(read: Reader, steps: readonly Cast[], fallback: Json | undefined): Reader {
  if (steps.length === 0 && fallback === undefined) return read;
  return (sight) => {
    let value = read(sight);
    for (const step of steps) {
      if (value === undefined || value === null) break;
      value = step(value);
    }
    return value === undefined ? fallback : value;
  };
}

/** The id of an audience by the key of its standing: what stands after the namespace, which holds no slash. */
const idOf = (key: string): string => key.slice(key.indexOf('/') + 1);

function audiencesReader(source: Form<'audiences'>, scope: Scope, at: FilePath): Reader {
  const { audiences, by } = source;
  const chosen =
    audiences === 'all'
      ? scope.audiences()
      : audiences.map((name, i) => ({ name, key: scope.audience(name, [...at, 'audiences', i]) }));
  const shown = new Map(chosen.map(({ name, key }) => [key, by === 'id' ? idOf(key) : name]));
  return ({ view }) => [...shown].filter(([key]) => view.standing.get(key)?.member).map(([, text]) => text);
}

/** Since when somebody is in an audience, to the millisecond, as every target reads it. */
function sinceReader(audience: string, scope: Scope, at: FilePath): Reader {
  const key = scope.audience(audience, [...at, 'since']);
  return ({ view }) => {
    const standing = view.standing.get(key);
    return standing?.member ? new Date(Math.floor(standing.at / 1000)).toISOString() : undefined;
  };
}

function concatReader({ concat, join = '' }: Form<'concat'>, scope: Scope, at: FilePath): Reader {
  const parts = concat.map((part, i) => readerOf(part, scope, [...at, 'concat', i]));
  return (sight) => {
    const texts = parts
      .map((read) => textOf(read(sight)))
      .filter((text) => text !== undefined && text !== '');
    return texts.length > 0 ? texts.join(join) : undefined;
  };
}

function liquidReader(text: string, scope: Scope, at: FilePath): Reader {
  const compiled = scope.tools.liquid(text);
  if (!compiled.ok) {
    scope.find(at, compiled.fault.message, compiled.fault.code);
    return () => undefined;
  }
  const { reads, render } = compiled.value;
  const looking = scope.looking(reads, at);
  return (sight) => {
    const rendered = render(looking(sight));
    return rendered.ok ? rendered.value : undefined;
  };
}

function functionReader(name: string, scope: Scope, at: FilePath): Reader {
  const found = scope.tools.functions.get(name);
  if (found?.kind === 'mapping') {
    const looking = scope.looking(found.reads, at);
    return (sight) => {
      const given = found.value(looking(sight));
      return given.ok ? given.value : undefined;
    };
  }
  const mappings = [...scope.tools.functions]
    .filter(([, { kind }]) => kind === 'mapping')
    .map(([key]) => key);
  const what = found
    ? `the function ${quote(name)} is a condition, not a mapping`
    : `there is no function named ${quote(name)}`;
  scope.find(at, `${what}; ${declared(name, mappings)}`, 'config.unknown-name');
  return () => undefined;
}

type Live = Exclude<FieldSource, Form<'key'> | Form<'value'>>;

/** The reader of the value a source speaks of, before any step. */
function given(source: Live, scope: Scope, at: FilePath): Reader {
  if ('identity' in source) return scope.identity(source.identity);
  if ('template' in source) return templateReader(source.template, scope, [...at, 'template']);
  if ('member' in source) {
    const key = scope.audience(source.member, [...at, 'member']);
    return ({ view }) => view.standing.get(key)?.member ?? false;
  }
  if ('audiences' in source) return audiencesReader(source, scope, at);
  if ('since' in source) return sinceReader(source.since, scope, at);
  if ('concat' in source) return concatReader(source, scope, at);
  if ('liquid' in source) return liquidReader(source.liquid, scope, [...at, 'liquid']);
  if ('function' in source) return functionReader(source.function, scope, [...at, 'function']);
  return referred(source.from, scope);
}

/** Who is not in an audience is in it since never: that clears the field. */
function fallbackOf(source: Live): Json | undefined {
  const fallback = 'default' in source ? source.default : undefined;
  return 'since' in source ? (fallback ?? null) : fallback;
}

/**
 * Compiles a source to a reader that is pure and never throws: what is wrong with the source is reported to the scope at
 * `at`, and a value that it cannot make sense of is no value.
 */
export function readerOf(source: FieldSource, scope: Scope, at: FilePath): Reader {
  if ('key' in source) return ({ key }) => key;
  if (isConstant(source)) {
    const { value } = source;
    return () => value;
  }
  return through(given(source, scope, at), stepsOf(source, scope, at), fallbackOf(source));
}
