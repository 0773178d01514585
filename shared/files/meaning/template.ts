import { declared, quote } from '../../core/names.js';
import { withoutExtensions } from './extensions.js';

/**
 * What Adobe puts into names of files and folders.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/ui/activate/activate-batch-profile-destinations.html#file-names
 */
export const MACROS = [
  'DESTINATION',
  'SEGMENT_ID',
  'SEGMENT_NAME',
  'DESTINATION_INSTANCE_ID',
  'DESTINATION_INSTANCE_NAME',
  'ORGANIZATION_NAME',
  'SANDBOX_NAME',
  'DATETIME',
  'TIMESTAMP',
  'CUSTOM_TEXT',
] as const;
export type Macro = (typeof MACROS)[number];

/** A part of a template: a text as it stands, a macro, or `*`, which is any text. */
export type Token = { readonly literal: string } | { readonly macro: Macro } | { readonly any: true };

/** One folder of a template, or the file's own name at its end. */
export type Tokens = readonly Token[];

const MOST_CHARACTERS = 500;
/** Macros that say something of the file: said twice, they could contradict each other. */
const ONCE = ['SEGMENT_ID', 'SEGMENT_NAME', 'DATETIME', 'TIMESTAMP'] as const;

const PIECES = /%([^%/]*)%|\*+|[^%*]+|%/g;

const isMacro = (name: string): name is Macro => MACROS.some((macro) => macro === name);

/** The parts of one folder of a template, or what is wrong with it. */
function tokensOf(step: string): Tokens | string {
  const tokens: Token[] = [];
  for (const [piece, name] of step.matchAll(PIECES)) {
    if (name !== undefined) {
      if (!isMacro(name))
        return `there is no macro ${quote(`%${name}%`)}; ${declared(name, MACROS, 'known')}`;
      tokens.push({ macro: name });
    } else if (piece.startsWith('*')) tokens.push({ any: true });
    else if (piece === '%') return 'has a % that ends no macro; macros are written %SEGMENT_ID%';
    else tokens.push({ literal: piece });
  }
  return tokens;
}

const countOf = (text: string, macro: Macro): number => text.split(`%${macro}%`).length - 1;

function faultOf(text: string): string | undefined {
  if (text.length > MOST_CHARACTERS) return `must have at most ${MOST_CHARACTERS} characters`;
  if (/[\p{Cc}\\]/u.test(text)) return 'must not hold a backslash or a control character';
  const twice = ONCE.find((macro) => countOf(text, macro) > 1);
  if (twice) return `names %${twice}% twice`;
  if (countOf(text, 'DATETIME') > 0 && countOf(text, 'TIMESTAMP') > 0)
    return 'must have %DATETIME% or %TIMESTAMP%, not both';
  const steps = stepsOf(text);
  if (steps.some((step) => step === '' || step === '.' || step === '..'))
    return 'must be a name such as %DESTINATION%_%SEGMENT_ID%_%DATETIME%.csv, with folders before it if need be';
  return undefined;
}

const stepsOf = (text: string): readonly string[] => text.replace(/^\//, '').split('/');

/** What is wrong with a template; undefined when nothing is. */
export function templateFault(text: string): string | undefined {
  const fault = faultOf(text);
  if (fault !== undefined) return fault;
  return stepsOf(text)
    .map(tokensOf)
    .find((tokens) => typeof tokens === 'string');
}

/** A template that has been read. */
export interface Template {
  /** The last folders of the path; none when the template is only about the file's own name. */
  readonly folders: readonly Tokens[];
  /** The file's own name without its extensions. */
  readonly stem: Tokens;
  /** The extension of the format, small letters; undefined when any will do. */
  readonly extension: string | undefined;
}

function sureTokens(step: string): Tokens {
  const tokens = tokensOf(step);
  if (typeof tokens === 'string') throw new Error(`${quote(step)} is no part of a template: ${tokens}`);
  return tokens;
}

/** Reads a template that {@link templateFault} does not complain of; throws for others. */
export function readTemplate(text: string): Template {
  const steps = stepsOf(text);
  const { stem, format } = withoutExtensions(steps.at(-1) ?? '');
  return {
    folders: steps.slice(0, -1).map(sureTokens),
    stem: sureTokens(stem),
    extension: format,
  };
}
