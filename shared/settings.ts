import * as z from 'zod';
import { Fault } from './core/fault.js';
import { LEVELS } from './log.js';

/** Settings of a deployment, from environment variables (app settings on Azure). */
export const Settings = z.object({
  /** Path of the customer's file. */
  TRIBUTARY_CONFIG: z.string().min(1).default('tributary.yaml'),
  /** Where persons' state lives: `dynamodb:TABLE`, `azure-table:TABLE` or `memory:NAME`. */
  TRIBUTARY_STATE: z.string().min(1),
  /** For `azure-table`: a connection string, or the account's table URL with a shared access signature. A secret. */
  TRIBUTARY_STATE_CONNECTION: z.string().min(1).optional(),
  /** Days after which a person nothing is heard of is forgotten; 400 unless set. */
  TRIBUTARY_STATE_TTL_DAYS: z.coerce.number().int().min(1).max(3650).optional(),
  /** The retry queue: `memory:NAME`. */
  TRIBUTARY_PARKING: z.string().min(1),
  /** Where dead letters go: `memory:NAME`. */
  TRIBUTARY_DEAD_LETTERS: z.string().min(1),
  TRIBUTARY_LOG_LEVEL: z.enum(LEVELS).default('info'),
  /** Key of the one-way names that stand for persons in logs. */
  TRIBUTARY_LOG_KEY: z.string().min(1).default('tributary'),
  /** Name of an observer inside this process; only the local run provides one. */
  TRIBUTARY_OBSERVER: z.string().min(1).optional(),
});
export type Settings = z.infer<typeof Settings>;

/** Reads the settings, or throws one fault that names every setting that is missing or wrong. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Settings.safeParse(env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message, code, input }) => {
    const missing = code === 'invalid_type' && input === undefined;
    return `${path.join('.')}: ${missing ? 'is not set' : message}`;
  });
  const text = `settings (environment variables): ${faults.join('; ')}`;
  throw new Fault('config.missing-setting', text, { cause: parsed.error });
}
