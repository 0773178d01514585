import { Buffer } from 'node:buffer';
import { isPrivateHost, refusedUrl } from '../wire/endpoint.js';
import { type About, type Filling, fillText, placeholderFault } from './template.js';

/** Scheme and host, then the rest: only the rest may hold placeholders, so no value decides where a request goes. */
const PARTS = /^(https?:\/\/[^/?#]*)(.*)$/is;

/** A path is normalised before it is sent: `..` would climb out of the configured path, encoded or not. */
const climbs = (path: string): boolean => path.split(/[/\\]/).some((part) => /^(?:\.|%2e){1,2}$/i.test(part));

/** What is said of an address that nobody on the internet has. */
export const PRIVATE = 'is an address of a private network; say allowPrivate: true if it is meant';

/** Tells what is wrong with the address of an HTTP connection, or nothing. */
export function urlFault(template: string, about: About, allowPrivate: boolean): string | undefined {
  const [, origin, rest] = PARTS.exec(template) ?? [];
  if (origin === undefined || rest === undefined) return 'must start with https://';
  if (origin.includes('${')) return 'must not take its scheme or host from a placeholder';
  if (rest.includes('#')) return 'must not hold a fragment (#…): it is never sent';
  if (climbs(rest.split('?', 1)[0] ?? '')) return 'must not hold "." or ".." as a part of its path';
  if (rest.includes(`\${fields}`)) return `\${fields} is an object; use \${fields.NAME}`;
  if (rest.includes(`\${rows}`)) return `\${rows} is a list and cannot stand in an address`;
  if (!allowPrivate && isPrivateHost(origin)) return PRIVATE;
  return refusedUrl(origin) ?? placeholderFault(rest, about);
}

/** Half a surrogate pair makes encodeURIComponent throw; UTF-8 writes the replacement character instead. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** Writes an action into the address, every value percent-encoded. Nothing when a value is missing or not usable. */
export function fillUrl(template: string, filling: Filling): string | undefined {
  const url = fillText(template, filling, (value) => {
    // An empty path segment would address the collection instead of the row.
    if (value === '') filling.problems.push('a value of the address is missing or empty');
    return encodeURIComponent(wellFormed(value));
  });
  if (climbs(url.split('?', 1)[0] ?? '')) filling.problems.push('a value of the address is "." or ".."');
  return filling.problems.length === 0 ? url : undefined;
}
