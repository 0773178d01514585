import * as z from 'zod';
import type { Rows } from './row.js';

const text = z.string().min(1);

/** Settings that no schema of a start reads: platforms do, or commands. */
export const OTHER_ROWS = {
  EventHubConnection: {
    schema: text.optional(),
    where: 'Azure',
    about:
      'How the trigger reads the hub: a connection string; or an identity (`EventHubConnection__fullyQualifiedNamespace`).',
    kind: 'connection string',
    examples: ['@Microsoft.KeyVault(VaultName=acme;SecretName=event-hub)'],
    unset: 'an identity',
    secret: true,
    identity: true,
  },
  EVENT_HUB_NAME: {
    schema: text,
    where: 'Azure',
    about: 'The hub that exports arrive in.',
    examples: ['aep-exports'],
  },
  EVENT_HUB_CONSUMER_GROUP: {
    schema: text,
    where: 'Azure',
    about: 'Its consumer group, which nobody else uses.',
    examples: ['tributary'],
  },
  TRIBUTARY_PARKING_QUEUE: {
    schema: text,
    where: 'Azure',
    about: 'Name of the retry queue once more, for its trigger: that of `TRIBUTARY_PARKING`.',
    examples: ['tributary-parked'],
  },
  TRIBUTARY_FILES_SCHEDULE: {
    schema: z
      .string()
      .regex(/^\S+(?: \S+){4,5}$/, 'must be five or six fields (NCRONTAB)')
      .default('0 */5 * * * *'),
    where: 'Azure',
    about: 'When places of files are looked through ([files-operations.md](files-operations.md)).',
    kind: 'NCRONTAB',
    examples: ['0 */15 * * * *'],
  },
  TRIBUTARY_SWEEP_SCHEDULE: {
    schema: z
      .string()
      .regex(/^(?:off|\S+(?: \S+){4,5})$/, 'must be five or six fields (NCRONTAB), or off')
      .default('0 20 * * * *'),
    where: 'Azure',
    about:
      'When what has expired is removed from the table of the state ([stores.md](stores.md)); `off` leaves it there.',
    kind: 'NCRONTAB, `off`',
    examples: ['0 20 3 * * *', 'off'],
  },
  TRIBUTARY_LETTERS_BUCKET: {
    schema: text.optional(),
    where: 'AWS',
    about:
      'Where `osls` runs: name of the bucket of letters that is made. Bucket names are unique in the world.',
    examples: ['acme-tributary-letters'],
    unset: '`tributary-STAGE-letters-ACCOUNT-REGION`',
  },
  TRIBUTARY_TOKEN: {
    schema: text.optional(),
    where: 'commands',
    about: 'Bearer token with which `tributary send` calls the door.',
    examples: ['4f1f0c9f8e2b4b7d9a51c6e0d2b8a7f3'],
    unset: 'nobody says who they are',
    secret: true,
  },
} as const satisfies Rows;
