import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A page of docs/. */
export const page = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../../docs', name), 'utf8');

/** What stands in the fenced blocks of a language, in order. */
export const blocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , body]) => body ?? '');

/** The cells of the table whose first heading is `head`, without it; code marks and escaped bars are taken away. */
export function table(text: string, head: string, nth = 0): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, i) => (line.startsWith(`| ${head} |`) ? [i] : []));
  const start = starts[nth];
  if (start === undefined) throw new Error(`there is no table ${nth} that begins with ${head}`);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .replaceAll('\\|', '\u0000')
      .split('|')
      .slice(1, -1)
      .map((cell) =>
        cell
          .trim()
          .replaceAll('\u0000', '|')
          .replace(/^`([^`]*)`$/, '$1'),
      ),
  );
}
