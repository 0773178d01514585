import { quote } from '../core/names.js';
import type { FilePath } from '../core/scope.js';
import type { Conversions, FieldSource } from '../core/source.js';
import type { Reads, Tools } from '../core/tools.js';
import type { PathFinding } from './places.js';
import { atPath, kindsText, type Profile } from './profile-file.js';
import type { Kind } from './shape.js';
import { afterSteps, KIND_OF, type Known, known, SCALARS } from './source-kinds.js';

/** What sources are looked at with. */
export interface Looking {
  /** Undefined when the file declares none: then only what the file itself says is known. */
  readonly profile: Profile | undefined;
  readonly tools: Tools;
}

/** What is known of what a source gives, and what is wrong with it. */
export interface Read {
  readonly known: Known;
  readonly findings: readonly PathFinding[];
}

const UNKNOWN: Known = { kinds: undefined, values: undefined };

const fine = (value: Known): Read => ({ known: value, findings: [] });

/** A finding for a path that the profile does not have. */
export const unknownPath = (path: FilePath, message: string, offset?: number): PathFinding => ({
  code: 'check.unknown-path',
  path,
  message,
  ...(offset !== undefined && { offset }),
});

/** What stands at an attribute path. */
function attribute(path: string, at: FilePath, { profile }: Looking, offset?: number): Read {
  if (!profile || path.startsWith('$')) return fine(path.startsWith('$') ? known('text') : UNKNOWN);
  const found = atPath(profile, path);
  if ('fault' in found) return { known: UNKNOWN, findings: [unknownPath(at, found.fault, offset)] };
  return fine(found.shape);
}

/** What must be a text, or have one: a part of a longer text, an address. */
function needing(read: Read, kinds: readonly Kind[], what: string, at: FilePath, offset?: number): Read {
  const has = read.known.kinds;
  if (!has || read.findings.length > 0 || kinds.some((kind) => has.has(kind))) return read;
  const message = `${what} needs ${kindsText(kinds)}, and the value is ${kindsText(has)}`;
  const finding = {
    code: 'check.wrong-type' as const,
    path: at,
    message,
    ...(offset !== undefined && { offset }),
  };
  return { ...read, findings: [finding] };
}

const PLACEHOLDER = /\{([^{}|]*)(?:\|[^{}]*)?\}/g;

function template(text: string, at: FilePath, looking: Looking): Read {
  const parts = [...text.matchAll(PLACEHOLDER)].map(({ index, 0: whole, 1: inside = '' }) => {
    const offset = index + 1;
    return needing(attribute(inside.trim(), at, looking, offset), SCALARS, quote(whole), at, offset);
  });
  return { known: known('text'), findings: parts.flatMap(({ findings }) => findings) };
}

/** What the customer's functions and texts in Liquid read. */
export function readsFindings({ paths }: Reads, at: FilePath, looking: Looking): readonly PathFinding[] {
  return paths.flatMap((path) => attribute(path, at, looking).findings);
}

function liquid(text: string, at: FilePath, looking: Looking): Read {
  // Compiled once more only where there is something to hold it against.
  if (!looking.profile) return fine(known('text'));
  const compiled = looking.tools.liquid(text);
  return {
    known: known('text'),
    findings: compiled.ok ? readsFindings(compiled.value.reads, at, looking) : [],
  };
}

function own(name: string, at: FilePath, looking: Looking): Read {
  const found = looking.tools.functions.get(name);
  return { known: UNKNOWN, findings: found ? readsFindings(found.reads, at, looking) : [] };
}

/** What a source speaks of, before any step. */
function given(source: FieldSource, at: FilePath, looking: Looking): Read {
  if ('from' in source) return attribute(source.from, at, looking);
  if ('template' in source) return template(source.template, [...at, 'template'], looking);
  if ('liquid' in source) return liquid(source.liquid, [...at, 'liquid'], looking);
  if ('function' in source) return own(source.function, [...at, 'function'], looking);
  if ('concat' in source) {
    const parts = source.concat.map((part, i) => {
      const place = [...at, 'concat', i];
      return needing(readOf(part, place, looking), SCALARS, 'a part of a text', place);
    });
    return { known: known('text'), findings: parts.flatMap(({ findings }) => findings) };
  }
  if ('value' in source) {
    const kind = KIND_OF[typeof source.value];
    return fine(kind ? { ...known(kind), values: new Set([source.value ?? '']) } : UNKNOWN);
  }
  if ('member' in source) return fine(known('boolean'));
  if ('audiences' in source) return fine(known('list'));
  return fine(known('text'));
}

/** What a source gives to its field, and what in it can never be. */
export function readOf(source: FieldSource, at: FilePath, looking: Looking): Read {
  const read = given(source, at, looking);
  if ('value' in source || 'key' in source) return read;
  const steps: Conversions = source;
  const after = afterSteps(read.known, steps);
  if (!('step' in after)) return { known: withDefault(after, source), findings: read.findings };
  const { code, step, message } = after;
  return { known: UNKNOWN, findings: [...read.findings, { code, path: [...at, step], message }] };
}

/** A default is written as it stands. */
function withDefault(value: Known, source: FieldSource): Known {
  const fallback = 'default' in source ? source.default : undefined;
  const kind = KIND_OF[typeof fallback];
  if (kind === undefined || !value.kinds) return value;
  const values = value.values && new Set([...value.values, fallback ?? '']);
  return { kinds: new Set([...value.kinds, kind]), values };
}

/** The same for what addresses a row. */
export const addressOf = (source: FieldSource, at: FilePath, looking: Looking): Read =>
  needing(readOf(source, at, looking), ['text', 'number'], 'an address', at);
