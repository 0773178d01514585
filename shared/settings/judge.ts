import { nearest } from '../core/names.js';
import { secretNamed } from '../secrets.js';
import { CONNECTION_PARTS } from '../stores/azure-connection.js';
import { exampleOf, type Row } from './row.js';
import { isNeeded, SETTING_NAMES, settingNamed } from './table.js';

type Env = Readonly<Record<string, string | undefined>>;

/** A setting that is not as it should be; never its value. */
export interface Judged {
  readonly name: string;
  /** What is wrong with it: no such setting, no such value, not there though it is needed, a secret that can be read. */
  readonly wrong: 'unknown' | 'value' | 'missing' | 'plain';
  /** What is said of it. */
  readonly what: string;
}

const SECRET = 'TRIBUTARY_SECRET_';

/** Which settings may begin a name with `__`. */
const BASES = SETTING_NAMES.filter((name) => settingNamed(name)?.identity);

const meant = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing reads it' : `nothing reads it; did you mean ${names.join(' or ')}?`;

/** Of a name that nothing reads what is said of it; undefined for one that something reads. */
function unknown(name: string): string | undefined {
  if (settingNamed(name) || name.startsWith(SECRET)) return undefined;
  const [base = '', part] = name.split(/__(.*)/s);
  if (part === undefined) return meant(nearest(name, SETTING_NAMES));
  const bases = BASES.includes(base) ? [base] : nearest(base, BASES);
  const parts = CONNECTION_PARTS.includes(part) ? [part] : nearest(part, CONNECTION_PARTS);
  const whole = bases.flatMap((one) => parts.map((other) => `${one}__${other}`));
  return whole.includes(name) ? undefined : meant(whole);
}

/** A reference to where secrets are kept: ours, or App Service's to a Key Vault. */
const isReference = (value: string): boolean =>
  secretNamed(value) !== undefined || value.startsWith('@Microsoft.KeyVault(');

/** The emulator's connection string holds a key that everybody knows. */
const isEmulator = (value: string): boolean => /UseDevelopment(?:Storage|Emulator)=true/i.test(value);

const KEY_IN_TEXT = /\b(?:AccountKey|SharedAccessKey)=|[?&]sig=/;

function plain(name: string, value: string, row: Row | undefined): string | undefined {
  if (isReference(value) || isEmulator(value)) return undefined;
  if (name.startsWith(SECRET) || row?.secret) return 'holds a secret in plain text';
  return KEY_IN_TEXT.test(value) ? 'holds a key, and is no place for a secret' : undefined;
}

function wrongValue(value: string, row: Row | undefined): string | undefined {
  if (row === undefined || isReference(value)) return undefined;
  const parsed = row.schema.safeParse(value);
  if (parsed.success) return undefined;
  const said = parsed.error.issues.map(({ message }) => message).join('; ');
  return `${said} (${exampleOf(row)})`;
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

function judgeOne(name: string, value: string): readonly Judged[] {
  const row = settingNamed(name);
  const said = { unknown: unknown(name), value: wrongValue(value, row), plain: plain(name, value, row) };
  return (['unknown', 'value', 'plain'] as const).flatMap((wrong) => {
    const what = said[wrong];
    return what === undefined ? [] : [{ name, wrong, what }];
  });
}

/** Settings of which the others are of no use: what is there of a group tells that the rest of it is wanted. */
const TOGETHER: readonly (readonly string[])[] = [
  ['TRIBUTARY_STATE', 'TRIBUTARY_PARKING', 'TRIBUTARY_DEAD_LETTERS'],
  ['TRIBUTARY_DOOR_STREAM', 'TRIBUTARY_DOOR_AUTH'],
  ['EVENT_HUB_NAME', 'EVENT_HUB_CONSUMER_GROUP', 'TRIBUTARY_PARKING_QUEUE'],
];

const missingOf = (env: Env, wanted: readonly string[]): readonly Judged[] =>
  wanted.flatMap((name) => {
    const row = settingNamed(name);
    if (!row || !isNeeded(row) || isSet(env[name])) return [];
    return [{ name, wrong: 'missing', what: `is not set (${exampleOf(row)})` } as const];
  });

/** A key is needed where persons are remembered beyond the process. */
const keyOf = (env: Env): readonly Judged[] => {
  const state = env['TRIBUTARY_STATE'];
  if (!isSet(state) || state.startsWith('memory:') || isSet(env['TRIBUTARY_LOG_KEY'])) return [];
  const what = 'is not set (for example secret:log-key); make one with: openssl rand -hex 32';
  return [{ name: 'TRIBUTARY_LOG_KEY', wrong: 'missing', what }];
};

/**
 * Holds the settings of a deployment against the table: all that is wrong with them, by their names. `files` says whether
 * the rule file has `files:`. Variables that are none of ours are passed over.
 */
export function judgeSettings(env: Env, { files }: { readonly files: boolean }): readonly Judged[] {
  const ours = Object.entries(env).flatMap(([name, value]) =>
    isSet(value) && (/^TRIBUTARY_/i.test(name) || settingNamed(name)) ? [[name, value] as const] : [],
  );
  const [first = [], ...others] = TOGETHER;
  const wanted = others.filter((names) => names.some((name) => isSet(env[name]))).flat();
  const queue = files ? ['TRIBUTARY_FILES_QUEUE'] : [];
  return [
    ...missingOf(env, [...first, ...wanted, ...queue]),
    ...keyOf(env),
    ...ours.flatMap(([name, value]) => judgeOne(name, value)),
  ];
}
