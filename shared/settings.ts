import * as z from 'zod';
import { Fault } from './core/fault.js';
import { PATIENCE, type Patience } from './pipeline/keep.js';
import { TUNING, type Tuning } from './pipeline/run.js';
import { SECRET_SETTINGS, secretNamed } from './secrets.js';
import { MAKE_KEY, PIPELINE_ROWS } from './settings/pipeline-rows.js';
import { exampleOf, type Rows, shapeOf } from './settings/row.js';
import { type AzureConnection, connectionIn } from './stores/azure-connection.js';

type Env = Readonly<Record<string, string | undefined>>;

const Fields = z.object(shapeOf(PIPELINE_ROWS));

const NO_KEY = `is not set; it keeps the names of persons in the logs from being guessed: ${MAKE_KEY}`;

/** Settings of a deployment, from environment variables (app settings on Azure). */
export const Settings = Fields.omit({ TRIBUTARY_FILES_QUEUE: true }).refine(
  ({ TRIBUTARY_STATE: state, TRIBUTARY_LOG_KEY: key }) =>
    state === undefined || state.startsWith('memory:') || key !== undefined,
  // Looked at even when other settings are missing, so that all are named at once.
  { path: ['TRIBUTARY_LOG_KEY'], error: NO_KEY, when: () => true },
);
export type Settings = z.infer<typeof Settings>;

/** The settings that say where kept messages are: all that looking through them takes. */
export const KeptSettings = Fields.pick({
  TRIBUTARY_PARKING: true,
  TRIBUTARY_DEAD_LETTERS: true,
  TRIBUTARY_STORAGE_CONNECTION: true,
});
export type KeptSettings = z.infer<typeof KeptSettings>;

/** The settings that files need besides those of the pipeline. */
export const FilesSettings = Fields.pick({
  TRIBUTARY_FILES_QUEUE: true,
  TRIBUTARY_DEAD_LETTERS: true,
  TRIBUTARY_STORAGE_CONNECTION: true,
  TRIBUTARY_STATE_TTL_DAYS: true,
});
export type FilesSettings = z.infer<typeof FilesSettings>;

/** The settings that say which file holds, and where the state of persons is: all that forgetting takes. */
export const StateSettings = Fields.pick({
  TRIBUTARY_CONFIG: true,
  TRIBUTARY_FUNCTIONS: true,
  TRIBUTARY_STATE: true,
  TRIBUTARY_STATE_CONNECTION: true,
  TRIBUTARY_STATE_TTL_DAYS: true,
  TRIBUTARY_LOG_LEVEL: true,
});
export type StateSettings = z.infer<typeof StateSettings>;

const DAY_MS = 86_400_000;

/** How long a record is parked over and over, with what is set and what is not. */
export const patienceOf = ({ TRIBUTARY_PARKING_ATTEMPTS, TRIBUTARY_PARKING_DAYS }: Settings): Patience => ({
  attempts: TRIBUTARY_PARKING_ATTEMPTS ?? PATIENCE.attempts,
  ms: TRIBUTARY_PARKING_DAYS === undefined ? PATIENCE.ms : TRIBUTARY_PARKING_DAYS * DAY_MS,
});

/** How the pipeline is tuned to the deployment: other ids of a person are looked at again well before they expire. */
export const tuningOf = ({
  TRIBUTARY_STATE_TTL_DAYS: ttlDays = Number.POSITIVE_INFINITY,
}: Pick<Settings, 'TRIBUTARY_STATE_TTL_DAYS'>): Partial<Tuning> => ({
  recheckDays: Math.max(1, Math.min(TUNING.recheckDays, Math.floor(ttlDays / 4))),
});

/** The settings by which the places of kept messages are opened. */
export const keptOptions = (settings: KeptSettings) => ({
  parking: settings.TRIBUTARY_PARKING,
  deadLetters: settings.TRIBUTARY_DEAD_LETTERS,
  connection: settings.TRIBUTARY_STORAGE_CONNECTION,
});

/** Reads the settings, or throws one fault that names every setting that is missing or wrong. */
export const readSettings = (env: Env): Settings => readBy(Settings, env);

/** Reads only where kept messages are, as {@link readSettings} does. */
export const readKeptSettings = (env: Env): KeptSettings => readBy(KeptSettings, env);

/** Reads only what files need besides, as {@link readSettings} does. */
export const readFilesSettings = (env: Env): FilesSettings => readBy(FilesSettings, env);

/** Reads only what leads to the state of persons, as {@link readSettings} does. */
export const readStateSettings = (env: Env): StateSettings => readBy(StateSettings, env);

/** Clouds hand over a setting that was cleared as an empty text: it counts as not set, as it does for secrets. */
const withoutEmpty = (env: Env): Env =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

const CONNECTION = /^(TRIBUTARY_\w*?_CONNECTION)__/;

/** With each connection that is told in parts under its own name, and what is wrong with the parts of others. */
function withIdentities(env: Env): {
  readonly set: Readonly<Record<string, AzureConnection | undefined>>;
  readonly faults: readonly string[];
} {
  const names = new Set(Object.keys(env).flatMap((key) => CONNECTION.exec(key)?.[1] ?? []));
  const set: Record<string, AzureConnection | undefined> = { ...env };
  const faults: string[] = [];
  for (const name of names) {
    try {
      set[name] = connectionIn(env, name);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults.push(error.message);
    }
  }
  return { set, faults };
}

/**
 * Throws what {@link readSettings}, or another reader, throws, before any secret has been fetched: one that is named is taken for a good one. So
 * that everything wrong is told, and not only the first secret that cannot be had.
 */
export function checkSettings(env: Env, read: (env: Env) => unknown = readSettings): void {
  const named = SECRET_SETTINGS.filter((name) => secretNamed(env[name]) !== undefined);
  read({ ...env, ...Object.fromEntries(named.map((name) => [name, 'fetched later'.padEnd(64)])) });
}

/** What is wrong with one setting, and a value that could stand there; never the one that does. */
export function faultText(
  name: string,
  { code, message }: Pick<z.core.$ZodIssue, 'code' | 'message'>,
  { rows, isSet }: { readonly rows: Rows; readonly isSet: boolean },
): string {
  // Ours say what to do themselves.
  if (code === 'custom') return `${name}: ${message}`;
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
  return `${name}: ${isSet ? message : 'is not set'}${row ? ` (${exampleOf(row)})` : ''}`;
}

/**
 * Reads the settings of a schema, as {@link readSettings} does; unset ones are missing from what it sees. `rows` are those
 * that the schema is made of.
 */
export function readBy<T>(schema: z.ZodType<T>, env: Env, rows: Rows = PIPELINE_ROWS): T {
  const { set, faults: partFaults } = withIdentities(withoutEmpty(env));
  const parsed = schema.safeParse(set);
  if (parsed.success && partFaults.length === 0) return parsed.data;
  const issues = parsed.error?.issues ?? [];
  const faults = issues.map((issue) => {
    const name = issue.path.join('.');
    return faultText(name, issue, { rows, isSet: set[name] !== undefined });
  });
  const text = `settings (environment variables): ${[...faults, ...partFaults].join('; ')}`;
  throw new Fault('config.missing-setting', text, { cause: parsed.error });
}
