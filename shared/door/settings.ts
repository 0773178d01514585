import * as z from 'zod';
import { LIMITS } from '../core/envelope.js';
import { Settings as Deployment, readBy } from '../settings.js';
import { ALGORITHMS } from './auth/keys.js';

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

/** Settings of the HTTP door, from environment variables. Secrets are not among them: they have names of their own. */
export const DoorSettings = z
  .object({
    /** The durable stream behind the door: `kinesis:STREAM`, `event-hub:HUB` or `memory:NAME`. */
    TRIBUTARY_DOOR_STREAM: z.string().min(1),
    /** Who is let in: `none`, or of `basic`, `bearer`, `oauth`, `provider` any one, with `mtls` that as well. */
    TRIBUTARY_DOOR_AUTH: listOf(WAYS),
    /** Longest body as it comes, and unpacked. */
    TRIBUTARY_DOOR_MAX_BYTES: z.coerce.number().int().min(1_024).max(33_554_432).default(10_485_760),
    TRIBUTARY_DOOR_MAX_UNPACKED_BYTES: z.coerce
      .number()
      .int()
      .min(1_024)
      .max(134_217_728)
      .default(LIMITS.inflatedBytes),
    /** What becomes of Destination SDK's sample profiles: a dead letter, or a record like any other. */
    TRIBUTARY_DOOR_TEST_PROFILES: z.enum(['aside', 'take']).default('aside'),
    /** How many calls about exports one process works on at once, and how many bytes of bodies. */
    TRIBUTARY_DOOR_MAX_CALLS: z.coerce.number().int().min(1).max(100_000).default(1_000),
    TRIBUTARY_DOOR_MAX_BYTES_AT_ONCE: z.coerce
      .number()
      .int()
      .min(1_048_576)
      .max(4_294_967_296)
      .default(67_108_864),
    /** How long tokens of our own endpoint count; Adobe advises a day or more. */
    TRIBUTARY_DOOR_TOKEN_SECONDS: z.coerce.number().int().min(60).max(2_592_000).default(86_400),
    /** How long after its end a token still counts: Adobe does not repeat a call that was answered with 401. */
    TRIBUTARY_DOOR_GRACE_SECONDS: z.coerce.number().int().min(0).max(86_400).default(300),
    /** For `provider`: what its tokens must say, and where its public keys are. */
    TRIBUTARY_DOOR_ISSUER: z.string().min(1).optional(),
    TRIBUTARY_DOOR_AUDIENCE: z.string().min(1).optional(),
    TRIBUTARY_DOOR_JWKS: KeysUrl.optional(),
    TRIBUTARY_DOOR_SCOPE: z.string().min(1).optional(),
    TRIBUTARY_DOOR_ALGORITHMS: listOf(ALGORITHMS).default(['RS256', 'PS256', 'ES256', 'EdDSA']),
    /** For `mtls`: common name or DNS name of the client's certificate. */
    TRIBUTARY_DOOR_CLIENT_NAME: z.string().min(1).default('Adobe Experience Platform'),
    TRIBUTARY_CONFIG: Deployment.shape.TRIBUTARY_CONFIG,
    TRIBUTARY_FUNCTIONS: Deployment.shape.TRIBUTARY_FUNCTIONS,
    TRIBUTARY_PARKING: Deployment.shape.TRIBUTARY_PARKING,
    TRIBUTARY_DEAD_LETTERS: Deployment.shape.TRIBUTARY_DEAD_LETTERS,
    TRIBUTARY_STORAGE_CONNECTION: Deployment.shape.TRIBUTARY_STORAGE_CONNECTION,
    TRIBUTARY_LOG_LEVEL: Deployment.shape.TRIBUTARY_LOG_LEVEL,
  })
  .superRefine((settings, context) => {
    const ways = settings.TRIBUTARY_DOOR_AUTH;
    const find = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (ways.includes('none') && ways.some((way) => way !== 'none' && way !== 'mtls'))
      find('TRIBUTARY_DOOR_AUTH', 'none makes the other ways pointless; take it out');
    if (!ways.includes('provider')) return;
    for (const name of ['TRIBUTARY_DOOR_ISSUER', 'TRIBUTARY_DOOR_AUDIENCE', 'TRIBUTARY_DOOR_JWKS'] as const)
      if (settings[name] === undefined) find(name, 'is needed for provider');
  });
export type DoorSettings = z.infer<typeof DoorSettings>;

/** Reads the door's settings, or throws one fault that names every one that is missing or wrong. */
export const readDoorSettings = (env: Readonly<Record<string, string | undefined>>): DoorSettings =>
  readBy(DoorSettings, env);
