import * as z from 'zod';
import { bad, ok, type Result } from '../../../shared/core/fault.js';
import defaults from './Config.json' with { type: 'json' };

/** The one namespace name the official emulator accepts. */
export const NAMESPACE = 'emulatorNs1';

/** The consumer group every hub has without asking. */
export const DEFAULT_GROUP = '$Default';

/** One hub to emulate; names keep the case they were written in and are compared without it. */
export interface HubConfig {
  readonly name: string;
  readonly partitions: number;
  /** `$Default` included. */
  readonly groups: readonly string[];
}

/** What the emulator serves. */
export interface EmulatorConfig {
  readonly namespace: string;
  readonly hubs: readonly HubConfig[];
}

const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]{0,254}[A-Za-z0-9])?$/,
    'is not a name: letters, digits, ".", "-" and "_" only',
  );

/** A published sample writes the count as a string, so both are taken. */
const PartitionCount = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], 'must be a number from 1 to 32')
  .pipe(z.number().int('must be whole').min(1, 'must be 1 to 32').max(32, 'must be 1 to 32'));

const Group = z.object({
  Name: z
    .string()
    .refine(
      (name) => name.toLowerCase() !== DEFAULT_GROUP.toLowerCase(),
      `${DEFAULT_GROUP} exists by itself: remove it`,
    )
    .pipe(Name),
});

const Entity = z.object({
  Name,
  PartitionCount,
  ConsumerGroups: unique(z.array(Group).max(20, 'has more than 20 consumer groups')).default([]),
});

const Namespace = z.object({
  Type: z
    .string()
    .regex(/^eventhub$/i, 'must be "EventHub"')
    .default('EventHub'),
  Name: z.literal(NAMESPACE, `must be "${NAMESPACE}", the only name the emulator knows`),
  Entities: unique(z.array(Entity).min(1, 'needs 1 to 10 hubs').max(10, 'needs 1 to 10 hubs')),
});

const LoggingConfig = z.object({
  Type: z
    .string()
    .regex(/^(file|console)(\s*,\s*(file|console))?$/i, 'must be "File", "Console" or "File,Console"'),
});

/** Unknown settings are ignored: the official emulator gains new ones now and then. */
const Config = z.object({
  UserConfig: z.object({
    NamespaceConfig: z.array(Namespace).length(1, 'must hold exactly one namespace'),
    LoggingConfig: LoggingConfig.optional(),
  }),
});

function unique<T extends { Name: string }>(list: z.ZodType<T[]>) {
  return list.superRefine((items, context) => {
    const seen = new Set<string>();
    for (const [index, { Name: name }] of items.entries()) {
      if (seen.has(name.toLowerCase())) {
        context.addIssue({ code: 'custom', path: [index, 'Name'], message: `"${name}" is there twice` });
      }
      seen.add(name.toLowerCase());
    }
  });
}

const written = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  );

function read(value: unknown, file: string): Result<EmulatorConfig> {
  const parsed = Config.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      ({ path, message }) => `  ${written(path) || '(file)'}: ${message}`,
    );
    return bad(
      'config.invalid',
      `${file} is not a config of the Event Hubs emulator:\n${issues.join('\n')}`,
      {
        cause: parsed.error,
      },
    );
  }
  const hubs = parsed.data.UserConfig.NamespaceConfig.flatMap((namespace) => namespace.Entities);
  return ok({
    namespace: NAMESPACE,
    hubs: hubs.map((hub) => ({
      name: hub.Name,
      partitions: hub.PartitionCount,
      groups: [DEFAULT_GROUP, ...hub.ConsumerGroups.map((group) => group.Name)],
    })),
  });
}

/**
 * Reads a `Config.json` of Microsoft's Event Hubs emulator (Azure/azure-event-hubs-emulator-installer).
 * Every fault names the path of what is wrong in it; `file` is only for the message.
 */
export function parseEmulatorConfig(text: string, file: string): Result<EmulatorConfig> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return bad('config.syntax', `${file} is not JSON: ${why}. Correct it and start again.`, { cause });
  }
  return read(value, file);
}

/** The `Config.json` beside this file, for those who bring none. */
export const defaultEmulatorConfig = (): Result<EmulatorConfig> => read(defaults, 'Config.json');
