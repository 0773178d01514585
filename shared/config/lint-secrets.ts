import { isSecretRef } from '../connectors/auth/secret.js';
import type { PathFinding } from './places.js';

/** A secret in a text: where it stands, and what it looks like. Never the secret itself. */
export interface SecretInText {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/**
 * How vendors' tokens begin and how long they are. Repetitions are bounded and begin with fixed letters, so that no
 * text takes long.
 */
const TOKENS: readonly [RegExp, string][] = [
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, 'an AWS access key'],
  [/\bgh[opsur]_[A-Za-z0-9]{36,255}|\bgithub_pat_\w{22,255}/g, 'a GitHub token'],
  [/\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g, 'a Slack token'],
  [/\bhooks\.slack\.com\/services\/T\w{5,20}\/B\w{5,20}\/\w{16,40}/g, 'the address of a Slack webhook'],
  [/\bAIza[\w-]{35}/g, 'a Google API key'],
  [/\b[rs]k_live_[A-Za-z0-9]{16,250}/g, 'a Stripe key'],
  [/\bSG\.[\w-]{16,64}\.[\w-]{16,64}/g, 'a SendGrid key'],
  [/\bpat-(?:na|eu|ap)\d-[0-9a-f]{8}-[0-9a-f-]{27}/g, 'a HubSpot token'],
  [/\b00D[A-Za-z0-9]{12,15}![\w.]{20,250}/g, 'a Salesforce session'],
  [/\b[ps]8e-[\w-]{20,100}/g, 'an Adobe client secret'],
  [/\b[0-9a-f]{32}-us\d{1,2}\b/g, 'a Mailchimp key'],
  [/\beyJ[\w-]{8,400}\.eyJ[\w-]{8,400}/g, 'a token (JWT)'],
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g, 'a private key'],
  [/\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,100}/g, 'an Azure connection string'],
  [/[?&]sig=[A-Za-z0-9%+/]{20,200}/g, 'a shared access signature'],
  [/[?&](?:api_?key|access_token|token|key|secret|password)=[^&\s"'${}]{8,200}/gi, 'a secret in an address'],
  [/\bhttps?:\/\/[^\s/:@"'${}]{1,100}:[^\s/@"'${}]{3,100}@/gi, 'a password in an address'],
  [/\b(?:Bearer|Basic) [\w.~+/-]{16,400}/g, 'an Authorization header with its secret'],
];

/** Everything in a text that looks like a vendor's secret, comments included. */
export function secretsIn(text: string): readonly SecretInText[] {
  return TOKENS.flatMap(([pattern, what]) =>
    [...text.matchAll(pattern)].map(({ index, 0: { length } }) => ({
      from: index,
      to: index + length,
      what,
    })),
  );
}

/** Names of members that hold a secret. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)|secret|token|credential|(?:api|access|private|auth|client|master)[-_ ]?key/i;

/** Names of members that say where something is: the address of a token endpoint is no token. */
const PLACE_NAME = /url$/i;

const LEAST_LETTERS = 8;
/** Bits a letter: words are below, what was drawn at random is above. */
const LEAST_ENTROPY = 3;

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const isRandom = (text: string): boolean =>
  text.length >= LEAST_LETTERS && /\d/.test(text) && !/\s/.test(text) && entropy(text) >= LEAST_ENTROPY;

const isReference = (text: string): boolean => isSecretRef(text) || text.includes('${');

const ADVICE =
  'put it into the secret store and write secret:NAME instead; change it at its vendor, as it has been seen';

/** What is said of a secret; it does not show it. */
export const secretMessage = (what: string): string => `this looks like ${what}: ${ADVICE}`;

/** Constants that only the place they stand at tells from other texts: `value: …` below a field of such a name. */
const CONSTANT = new Set<PropertyKey>(['value', 'default']);

function walk(value: unknown, path: readonly PropertyKey[], named: string, found: PathFinding[]): void {
  if (typeof value === 'string') {
    const isPlain = path[0] === 'connections' || path[0] === 'files' || CONSTANT.has(path.at(-1) ?? '');
    const isSecret = SECRET_NAME.test(named) && !PLACE_NAME.test(named);
    if (isPlain && isSecret && !isReference(value) && isRandom(value))
      found.push({ code: 'check.secret', path, message: secretMessage('a secret'), conceal: true });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const step = Array.isArray(value) ? Number(key) : key;
    walk(item, [...path, step], typeof step === 'string' && !CONSTANT.has(step) ? step : named, found);
  }
}

/** Texts that nobody could guess in members whose name says that they hold a secret; of the plain values of a file. */
export function lintSecrets(plain: unknown): readonly PathFinding[] {
  const found: PathFinding[] = [];
  walk(plain, [], '', found);
  return found;
}
