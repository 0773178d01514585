import { withoutExtensions } from './extensions.js';
import type { FileRule } from './file-rule.js';
import { guessName } from './guess-name.js';
import type { AudienceKey, KnownAudiences } from './known-audiences.js';
import { type Captures, MOST_CHARACTERS, matchTokens, timeIn } from './match-name.js';
import { isOurs } from './not-exports.js';
import { readTemplate, type Template, type Token } from './template.js';

/** What the name of a file says of its content. */
export interface NameSays {
  readonly audience: AudienceKey | undefined;
  /** What stands where the audience should, and is none that is known. */
  readonly stranger: string | undefined;
  /** The time of the export, epoch milliseconds. */
  readonly at: number | undefined;
  /** The path without extensions and number: the same for all parts of one export, and nothing else. */
  readonly export: string;
  /** From 1: Adobe splits exports into `name.csv`, `name_2.csv`, … */
  readonly part: number;
}

/** Reads the name of a file; undefined when the rule is not about it. */
export type NameReader = (name: string) => NameSays | undefined;

/** A name, with or without the number of a part taken off. */
interface Reading {
  readonly stem: string;
  readonly part: number;
}

const PART = /_([2-9]|[1-9]\d{1,2})$/;

/** The ways in which a stem can be read: with a number at its end that is its own, or that of a part. */
function readingsOf(stem: string): { readonly whole: Reading; readonly split: Reading | undefined } {
  const whole = { stem, part: 1 };
  const [ending, number] = PART.exec(stem) ?? [];
  const isSplit = ending !== undefined && ending.length < stem.length;
  return {
    whole,
    split: isSplit ? { stem: stem.slice(0, -ending.length), part: Number(number) } : undefined,
  };
}

/** Whether a token takes a number for a part of what it stands for. */
const isWide = (token: Token | undefined): boolean =>
  token !== undefined &&
  ('any' in token || ('macro' in token && !/^(?:SEGMENT_|DATETIME|TIMESTAMP)/.test(token.macro)));

const hasTricks = (name: string): boolean =>
  name.length > MOST_CHARACTERS || /[\p{Cc}\\]/u.test(name) || name.split('/').includes('..');

/** A path without its last step; empty for one without folders. */
export const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);

/** The last step of a path. */
export const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

function foldersMatch(
  { folders }: Template,
  steps: readonly string[],
  looking: Parameters<typeof matchTokens>[2],
) {
  if (folders.length === 0) return new Map();
  const own = steps.slice(-folders.length);
  if (own.length < folders.length) return undefined;
  const captures: Captures[] = [];
  for (const [i, tokens] of folders.entries()) {
    const found = matchTokens(tokens, own[i] ?? '', looking);
    if (!found) return undefined;
    captures.push(found);
  }
  return new Map(captures.flatMap((one) => [...one]));
}

function says(captures: Captures, audiences: KnownAudiences): Pick<NameSays, 'audience' | 'stranger' | 'at'> {
  const id = captures.get('SEGMENT_ID');
  const name = captures.get('SEGMENT_NAME');
  const time = captures.get('DATETIME') ?? captures.get('TIMESTAMP');
  const audience =
    id === undefined
      ? name === undefined
        ? undefined
        : audiences.byName(name)
      : (audiences.byId(id) ?? { namespace: 'ups', id });
  return {
    audience,
    stranger: audience ? undefined : name,
    at: time === undefined ? undefined : timeIn(time),
  };
}

function templateReader(text: string, audiences: KnownAudiences): NameReader {
  const template = readTemplate(text);
  return (name) => {
    const { stem, format } = withoutExtensions(baseOf(name));
    if (template.extension !== undefined && template.extension !== format) return undefined;
    const steps = folderOf(name).split('/').slice(0, -1);
    const { whole, split } = readingsOf(stem);
    const readings = isWide(template.stem.at(-1)) ? [split, whole] : [whole, split];
    for (const loose of [false, true]) {
      const looking = { audiences, loose };
      const folders = foldersMatch(template, steps, looking);
      for (const reading of folders ? readings : []) {
        const found = reading && matchTokens(template.stem, reading.stem, looking);
        if (!found) continue;
        const said = says(new Map([...(folders ?? []), ...found]), audiences);
        return { ...said, export: folderOf(name) + reading.stem, part: reading.part };
      }
    }
    return undefined;
  };
}

function guessReader(audiences: KnownAudiences): NameReader {
  return (name) => {
    const { whole, split } = readingsOf(withoutExtensions(baseOf(name)).stem);
    // Somebody may have called an audience `vip_2`.
    const isOwn = guessName(whole.stem, '', audiences).audience !== undefined;
    const { stem, part } = split && !isOwn ? split : whole;
    const folder = folderOf(name);
    return { ...guessName(stem, folder, audiences), export: folder + stem, part };
  };
}

/**
 * Reads names by the `match` of a rule or, without one, as Adobe's own defaults are written. Reports of ours, manifests and what
 * stores put beside files are nobody's, and so are names that lead elsewhere.
 */
export function nameReader({ match }: Pick<FileRule, 'match'>, audiences: KnownAudiences): NameReader {
  const read = match === undefined ? guessReader(audiences) : templateReader(match, audiences);
  return (name) => (hasTricks(name) || isOurs(name) ? undefined : read(name));
}
