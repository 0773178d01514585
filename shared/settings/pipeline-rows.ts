import * as z from 'zod';
import { LEVELS } from '../log.js';
import { PATIENCE } from '../pipeline/keep.js';
import { MANAGED_SECRETS } from '../secrets.js';
import type { AzureConnection } from '../stores/azure-connection.js';
import { TTL_DAYS } from '../stores/deps.js';
import type { Rows } from './row.js';

const DAY_MS = 86_400_000;
const KEY_LENGTH = 16;

/** How a key of the names in logs is made. */
export const MAKE_KEY = 'make one with: openssl rand -hex 32';

const text = z.string().min(1);

/** Of what names somebody else's address, only that it may be one: what is behind it is judged when it is opened. */
const METRICS = /^(?:lines|off|memory:.+|cloudwatch:(?!AWS\/)[\w.\-/#:]{1,255})$/s;
const TRACES = /^(?:xray|app-insights|off|memory:.+|otlp:https?:\/\/.+)$/s;

/** A text, or what `connectionIn` has put together from the settings `…__accountName` and so on. */
const Connection = z.custom<AzureConnection>((value) => value !== undefined).optional();

/** Settings of what works on records, and of everything that shares its places. */
export const PIPELINE_ROWS = {
  TRIBUTARY_CONFIG: {
    schema: text.default('tributary.yaml'),
    where: 'AWS, Azure',
    about: 'Path of the rule file; in a package the JSON that the build has made of it.',
    examples: ['dist/rules/tributary.json', 'rules/tributary.json'],
  },
  TRIBUTARY_FUNCTIONS: {
    schema: text.optional(),
    where: 'AWS, Azure',
    about: 'Path of your file of functions (`.js`, `.mjs`, `.ts`), for rules that name one.',
    examples: ['dist/rules/functions.mjs', 'rules/functions.mjs'],
    unset: 'no functions',
  },
  TRIBUTARY_STATE: {
    schema: text,
    where: 'AWS, Azure',
    about: 'Where the state of persons lives ([stores.md](stores.md)).',
    kind: '`dynamodb:TABLE`, `azure-table:TABLE`, `memory:NAME`',
    examples: ['dynamodb:tributary-state', 'azure-table:tributarystate'],
  },
  TRIBUTARY_STATE_CONNECTION: {
    schema: Connection,
    where: 'Azure',
    about:
      "For `azure-table`: a connection string, or the account's table URL with a shared access signature; or an identity.",
    kind: 'connection string, URL, `secret:NAME`',
    examples: ['secret:state'],
    unset: 'none',
    secret: true,
    identity: true,
  },
  TRIBUTARY_STATE_TTL_DAYS: {
    schema: z.coerce.number().int().min(1).max(3650).optional(),
    where: 'AWS, Azure',
    about: 'Days after which a person of whom nothing is written is forgotten.',
    examples: ['400'],
    unset: String(TTL_DAYS),
  },
  TRIBUTARY_PARKING: {
    schema: text,
    where: 'AWS, Azure',
    about: 'The retry queue ([parking.md](parking.md)).',
    kind: '`sqs:QUEUE` (name or URL), `storage-queue:NAME`, `memory:NAME`',
    examples: ['sqs:tributary-parked', 'storage-queue:tributary-parked'],
  },
  TRIBUTARY_DEAD_LETTERS: {
    schema: text,
    where: 'AWS, Azure',
    about: 'Where dead letters go, and parked messages too long for their queue ([parking.md](parking.md)).',
    kind: '`s3:BUCKET[/PREFIX]`, `blob:CONTAINER[/PREFIX]`, `memory:NAME`',
    examples: ['s3:acme-tributary-letters', 'blob:tributary-letters'],
  },
  TRIBUTARY_STORAGE_CONNECTION: {
    schema: Connection,
    where: 'Azure',
    about:
      'For `storage-queue`, `blob` and the triggers of queues: a connection string of the storage account; or an identity.',
    kind: 'connection string, `secret:NAME`',
    examples: ['secret:storage'],
    unset: 'none',
    secret: true,
    identity: true,
  },
  TRIBUTARY_PARKING_ATTEMPTS: {
    schema: z.coerce.number().int().min(1).max(1000).optional(),
    where: 'AWS, Azure',
    about: 'How often a record is tried in vain, parked in between, before it becomes a dead letter.',
    examples: ['20'],
    unset: String(PATIENCE.attempts),
  },
  TRIBUTARY_PARKING_DAYS: {
    schema: z.coerce.number().positive().max(365).optional(),
    where: 'AWS, Azure',
    about: 'Days after which a record that was parked over and over becomes a dead letter all the same.',
    examples: ['7'],
    unset: String(PATIENCE.ms / DAY_MS),
  },
  TRIBUTARY_FILES_QUEUE: {
    schema: text,
    where: 'AWS, Azure',
    about:
      'The queue of work on batch files, for deployments with `files:` ([files-operations.md](files-operations.md)).',
    kind: '`sqs:QUEUE` (name or URL), `storage-queue:NAME`, `memory:NAME`',
    examples: ['sqs:tributary-files', 'storage-queue:tributary-files'],
  },
  TRIBUTARY_SECRETS: {
    schema: z
      .string()
      .regex(MANAGED_SECRETS, 'this version knows secrets-manager:PREFIX, and settings when it is not set')
      .optional(),
    where: 'AWS',
    about:
      'Where secrets are fetched by name: `secret:NAME` is `PREFIX` and `NAME` ([deploy-aws.md](deploy-aws.md)).',
    kind: '`secrets-manager:PREFIX`',
    examples: ['secrets-manager:tributary/prod/'],
    unset: 'settings `TRIBUTARY_SECRET_…`',
  },
  TRIBUTARY_LOG_LEVEL: {
    schema: z.enum(LEVELS).default('info'),
    where: 'AWS, Azure',
    about: 'The least important lines that are logged ([operations.md](operations.md)).',
    examples: ['warn'],
  },
  TRIBUTARY_LOG_SAMPLE: {
    schema: z.coerce.number().min(0).max(1).optional(),
    where: 'AWS, Azure',
    about:
      'Share of the lines of level `info` that are written, all of a batch or none ([operations.md](operations.md)).',
    kind: 'number, 0 to 1',
    examples: ['0.05'],
    unset: '1',
  },
  TRIBUTARY_LOG_KEY: {
    schema: z.string().min(KEY_LENGTH, `is shorter than ${KEY_LENGTH} characters; ${MAKE_KEY}`).optional(),
    where: 'AWS, Azure',
    about:
      'Key of the one-way names that stand for persons in logs and kept messages. Needed with a state that outlives the process.',
    kind: '16 characters or more, `secret:NAME`',
    examples: ['secret:log-key'],
    unset: 'each process makes up its own, beside a state in memory',
    secret: true,
  },
  TRIBUTARY_METRICS: {
    schema: text.regex(METRICS, 'must be cloudwatch:NAMESPACE, lines, memory:NAME or off').optional(),
    where: 'AWS, Azure',
    about: 'Where metrics go ([metrics.md](metrics.md)).',
    kind: '`cloudwatch:NAMESPACE`, `lines`, `memory:NAME`, `off`',
    examples: ['cloudwatch:tributary', 'lines'],
    unset: '`off`',
  },
  TRIBUTARY_TRACES: {
    schema: text
      .regex(TRACES, 'must be xray, otlp:URL with https, app-insights, memory:NAME or off')
      .default('off'),
    where: 'AWS, Azure',
    about: 'Where traces go ([traces.md](traces.md)).',
    kind: '`xray`, `otlp:URL`, `app-insights`, `memory:NAME`, `off`',
    examples: ['xray', 'app-insights', 'otlp:https://collector.example.com'],
  },
  TRIBUTARY_TRACES_SHARE: {
    schema: z.coerce.number().min(0).max(1).default(1),
    where: 'AWS, Azure',
    about:
      'Share of the batches of which a trace is made, where X-Ray has not decided ([traces.md](traces.md)).',
    kind: 'number, 0 to 1',
    examples: ['0.05'],
  },
  TRIBUTARY_TRACES_HEADERS: {
    schema: text.optional(),
    where: 'AWS, Azure',
    about: 'For `otlp`: headers of its requests, as `OTEL_EXPORTER_OTLP_HEADERS` writes them.',
    kind: '`name=value,name=value`, `secret:NAME`',
    examples: ['secret:traces'],
    unset: 'none',
    secret: true,
  },
  TRIBUTARY_OBSERVER: {
    schema: text.optional(),
    where: 'local run',
    about: 'Name of an observer inside this process.',
    examples: ['dev'],
    unset: 'none',
  },
} as const satisfies Rows;
