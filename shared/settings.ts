import * as z from 'zod';
import { Fault } from './core/fault.js';
import { LEVELS } from './log.js';
import { PATIENCE, type Patience } from './pipeline/keep.js';
import { TUNING, type Tuning } from './pipeline/run.js';
import { type AzureConnection, connectionIn } from './stores/azure-connection.js';

type Env = Readonly<Record<string, string | undefined>>;

const MAKE_KEY = 'make one with: openssl rand -hex 32';
const KEY_LENGTH = 16;

/** A text, or what {@link connectionIn} has put together from the settings `…__accountName` and so on. */
const Connection = z.custom<AzureConnection>((value) => value !== undefined);

const Fields = z.object({
  /** Path of the customer's file. */
  TRIBUTARY_CONFIG: z.string().min(1).default('tributary.yaml'),
  /** Path of the customer's file of functions (`.js`, `.mjs`, `.ts`), for rules that name one. */
  TRIBUTARY_FUNCTIONS: z.string().min(1).optional(),
  /** Where persons' state lives: `dynamodb:TABLE`, `azure-table:TABLE` or `memory:NAME`. */
  TRIBUTARY_STATE: z.string().min(1),
  /**
   * For `azure-table`: a connection string, or the account's table URL with a shared access signature. A secret. Or none, but
   * an identity: `TRIBUTARY_STATE_CONNECTION__accountName`, `…__credential`, and so on.
   */
  TRIBUTARY_STATE_CONNECTION: Connection.optional(),
  /** Days after which a person nothing is heard of is forgotten; 400 unless set. */
  TRIBUTARY_STATE_TTL_DAYS: z.coerce.number().int().min(1).max(3650).optional(),
  /** The retry queue: `sqs:QUEUE` (name or URL), `storage-queue:NAME` or `memory:NAME`. */
  TRIBUTARY_PARKING: z.string().min(1),
  /** Where dead letters go, and parked messages too long for their queue: `s3:BUCKET[/PREFIX]`, `blob:CONTAINER[/PREFIX]` or `memory:NAME`. */
  TRIBUTARY_DEAD_LETTERS: z.string().min(1),
  /** For `storage-queue` and `blob`: a connection string of the storage account, a secret; or an identity, as for the state. */
  TRIBUTARY_STORAGE_CONNECTION: Connection.optional(),
  /** How often a record is tried in vain, parked in between, before it becomes a dead letter; 20 unless set. */
  TRIBUTARY_PARKING_ATTEMPTS: z.coerce.number().int().min(1).max(1000).optional(),
  /** Days after which a record that was parked over and over becomes a dead letter all the same; 7 unless set. */
  TRIBUTARY_PARKING_DAYS: z.coerce.number().positive().max(365).optional(),
  /** The queue of work on files: `sqs:QUEUE` (name or URL), `storage-queue:NAME` or `memory:NAME`; for deployments with `files:`. */
  TRIBUTARY_FILES_QUEUE: z.string().min(1),
  TRIBUTARY_LOG_LEVEL: z.enum(LEVELS).default('info'),
  /**
   * Key of the one-way names that stand for persons in logs and kept messages: whoever knows it can find a person's name by
   * trying. A secret; may be absent beside a state in memory, then each process makes up its own.
   */
  TRIBUTARY_LOG_KEY: z
    .string()
    .min(KEY_LENGTH, `is shorter than ${KEY_LENGTH} characters; ${MAKE_KEY}`)
    .optional(),
  /** Where metrics go: `cloudwatch:NAMESPACE`, `lines`, `memory:NAME` or `off`, which it is unless set. */
  TRIBUTARY_METRICS: z.string().min(1).optional(),
  /** Name of an observer inside this process; only the local run provides one. */
  TRIBUTARY_OBSERVER: z.string().min(1).optional(),
});

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
});
export type FilesSettings = z.infer<typeof FilesSettings>;

/** The settings that say which file holds, and where the state of persons is: all that forgetting takes. */
export const StateSettings = Fields.pick({
  TRIBUTARY_CONFIG: true,
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

/** With each connection that is told in parts under its own name. */
const withIdentities = (env: Env): Readonly<Record<string, AzureConnection | undefined>> => {
  const names = Object.keys(env).flatMap((key) => CONNECTION.exec(key)?.[1] ?? []);
  return { ...env, ...Object.fromEntries(names.map((name) => [name, connectionIn(env, name)])) };
};

/** Reads the settings of a schema, as {@link readSettings} does; unset ones are missing from what it sees. */
export function readBy<T>(schema: z.ZodType<T>, env: Env): T {
  const set = withIdentities(withoutEmpty(env));
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ code, path, message }) => {
    const name = path.join('.');
    return `${name}: ${set[name] === undefined && code !== 'custom' ? 'is not set' : message}`;
  });
  const text = `settings (environment variables): ${faults.join('; ')}`;
  throw new Fault('config.missing-setting', text, { cause: parsed.error });
}
