import * as z from 'zod';
import { LIMITS } from '../core/envelope.js';
import { PIPELINE_ROWS } from '../settings/pipeline-rows.js';
import { exampleOf, type Rows, shapeOf } from '../settings/row.js';
import { Settings as Deployment, readBy } from '../settings.js';
import { ALGORITHMS } from './auth/algorithms.js';

/** The ways of authenticating; `none` has to be said. */
const WAYS = ['none', 'basic', 'bearer', 'oauth', 'provider', 'mtls'] as const;
export type Way = (typeof WAYS)[number];

const listOf = <const T extends readonly string[]>(known: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(z.enum(known)).min(1));

const isLoopback = (url: string): boolean => /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/.test(url);

const KeysUrl = z.url().refine((url) => url.startsWith('https://') || isLoopback(url), 'must be https');

/** Settings of the HTTP door alone. Secrets are not among them: they have names of their own. */
export const DOOR_ROWS = {
  TRIBUTARY_DOOR_STREAM: {
    schema: z.string().min(1),
    where: 'AWS, Azure',
    about: 'The durable stream behind the door.',
    kind: '`kinesis:STREAM`, `event-hub:HUB`, `memory:NAME`',
    examples: ['kinesis:tributary-prod-events', 'event-hub:aep-exports'],
    identity: true,
  },
  TRIBUTARY_DOOR_AUTH: {
    schema: listOf(WAYS),
    where: 'AWS, Azure',
    about:
      'Who is let in by the door: `none`, or by any one of the others; with `mtls` that is asked for as well.',
    examples: ['oauth', 'bearer,mtls'],
  },
  TRIBUTARY_DOOR_MAX_BYTES: {
    schema: z.coerce.number().int().min(1_024).max(33_554_432).default(10_485_760),
    where: 'AWS, Azure',
    about: 'Longest body as it comes (Lambda hands over 6 MB at most).',
    examples: ['6291456'],
  },
  TRIBUTARY_DOOR_MAX_UNPACKED_BYTES: {
    schema: z.coerce.number().int().min(1_024).max(134_217_728).default(LIMITS.inflatedBytes),
    where: 'AWS, Azure',
    about: 'Longest body unpacked.',
    examples: ['33554432'],
  },
  TRIBUTARY_DOOR_TEST_PROFILES: {
    schema: z.enum(['aside', 'take']).default('aside'),
    where: 'AWS, Azure',
    about:
      "What becomes of Destination SDK's sample profiles: dead letters (`aside`), or records like any other.",
    examples: ['take'],
  },
  TRIBUTARY_DOOR_MAX_CALLS: {
    schema: z.coerce.number().int().min(1).max(100_000).default(1_000),
    where: 'AWS, Azure',
    about: 'Calls about exports that one process works on at once.',
    examples: ['200'],
  },
  TRIBUTARY_DOOR_MAX_BYTES_AT_ONCE: {
    schema: z.coerce.number().int().min(1_048_576).max(4_294_967_296).default(67_108_864),
    where: 'AWS, Azure',
    about: 'Bytes of their bodies, unpacked.',
    examples: ['134217728'],
  },
  TRIBUTARY_DOOR_TOKEN_SECONDS: {
    schema: z.coerce.number().int().min(60).max(2_592_000).default(86_400),
    where: 'AWS, Azure',
    about: 'How long tokens of our own endpoint count; Adobe advises a day or more.',
    examples: ['172800'],
  },
  TRIBUTARY_DOOR_GRACE_SECONDS: {
    schema: z.coerce.number().int().min(0).max(86_400).default(300),
    where: 'AWS, Azure',
    about:
      'How long after its end a token still counts: Adobe does not repeat a call that was answered with 401.',
    examples: ['600'],
  },
  TRIBUTARY_DOOR_ISSUER: {
    schema: z.string().min(1).optional(),
    where: 'AWS, Azure',
    about: 'For `provider`: whose tokens count (`iss`).',
    examples: ['https://login.example.com/tenant/v2.0'],
    unset: 'must be set for `provider`',
  },
  TRIBUTARY_DOOR_AUDIENCE: {
    schema: z.string().min(1).optional(),
    where: 'AWS, Azure',
    about: 'For `provider`: for whom they must be (`aud`).',
    examples: ['api://tributary'],
    unset: 'must be set for `provider`',
  },
  TRIBUTARY_DOOR_JWKS: {
    schema: KeysUrl.optional(),
    where: 'AWS, Azure',
    about: 'For `provider`: where its public keys are.',
    kind: 'URL, https',
    examples: ['https://login.example.com/tenant/discovery/v2.0/keys'],
    unset: 'must be set for `provider`',
  },
  TRIBUTARY_DOOR_SCOPE: {
    schema: z.string().min(1).optional(),
    where: 'AWS, Azure',
    about: 'For `provider`: a scope, or application role, that must be in the token.',
    examples: ['exports.write'],
    unset: 'none is asked for',
  },
  TRIBUTARY_DOOR_ALGORITHMS: {
    schema: listOf(ALGORITHMS).default(['RS256', 'PS256', 'ES256', 'EdDSA']),
    where: 'AWS, Azure',
    about: 'For `provider`: how its tokens may be signed.',
    examples: ['RS256'],
  },
  TRIBUTARY_DOOR_CLIENT_NAME: {
    schema: z.string().min(1).default('Adobe Experience Platform'),
    where: 'AWS, Azure',
    about: "For `mtls`: common name or DNS name of the client's certificate.",
    examples: ['destinations.example.com'],
  },
} as const satisfies Rows;

const ROWS = { ...PIPELINE_ROWS, ...DOOR_ROWS };

const { shape } = Deployment;

/** Settings of the HTTP door, from environment variables. */
export const DoorSettings = z
  .object({
    ...shapeOf(DOOR_ROWS),
    TRIBUTARY_CONFIG: shape.TRIBUTARY_CONFIG,
    TRIBUTARY_FUNCTIONS: shape.TRIBUTARY_FUNCTIONS,
    TRIBUTARY_PARKING: shape.TRIBUTARY_PARKING,
    TRIBUTARY_DEAD_LETTERS: shape.TRIBUTARY_DEAD_LETTERS,
    TRIBUTARY_STORAGE_CONNECTION: shape.TRIBUTARY_STORAGE_CONNECTION,
    TRIBUTARY_LOG_LEVEL: shape.TRIBUTARY_LOG_LEVEL,
    TRIBUTARY_LOG_SAMPLE: shape.TRIBUTARY_LOG_SAMPLE,
  })
  .superRefine((settings, context) => {
    const ways = settings.TRIBUTARY_DOOR_AUTH;
    const find = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (ways.includes('none') && ways.some((way) => way !== 'none' && way !== 'mtls'))
      find('TRIBUTARY_DOOR_AUTH', 'none makes the other ways pointless; take it out');
    if (!ways.includes('provider')) return;
    for (const name of ['TRIBUTARY_DOOR_ISSUER', 'TRIBUTARY_DOOR_AUDIENCE', 'TRIBUTARY_DOOR_JWKS'] as const)
      if (settings[name] === undefined) find(name, `is needed for provider (${exampleOf(DOOR_ROWS[name])})`);
  });
export type DoorSettings = z.infer<typeof DoorSettings>;

/** Reads the door's settings, or throws one fault that names every one that is missing or wrong. */
export const readDoorSettings = (env: Readonly<Record<string, string | undefined>>): DoorSettings =>
  readBy(DoorSettings, env, ROWS);
