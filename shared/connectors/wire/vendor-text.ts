import { Buffer } from 'node:buffer';
import type { Reply } from './transport.js';

const MAX_TEXT = 1000;

const WORD = /^[\w.-]{1,100}$/;

/** True for what a code looks like: one word of ASCII. A sentence, an address of mail and a number with a plus are none. */
export const isWord = (text: string): boolean => WORD.test(text);

/** The shapes a secret may have when a server echoes what it was sent. */
const forms = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  new URLSearchParams([['', secret]]).toString().slice(1),
  Buffer.from(secret).toString('base64'),
];

/** A remote text fit to be kept: secrets that the server echoed are removed, the length is bounded. */
export function presentable(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const form of secrets.flatMap(forms)) if (form !== '') clean = clean.replaceAll(form, '[secret]');
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean;
}

/** The body of an answer as text worth keeping. Of a page for browsers only the fact is kept. */
export function excerpt(reply: Reply, secrets: readonly string[]): string {
  const text = reply.text.trim();
  if (text === '') return `status ${reply.status} without a body`;
  if (text.startsWith('<')) return `status ${reply.status} with an HTML or XML page`;
  return presentable(text, secrets);
}
