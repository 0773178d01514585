import * as z from 'zod';
import { SecretRef } from '../auth/secret.js';
import { refusedUrl } from '../wire/endpoint.js';

const Scheme = z
  .string()
  .regex(/^[\w.~-]+$/)
  .default('Bearer')
  .describe('The word before the token, for servers that want another.');

const TokenUrl = z.string().superRefine((text, context) => {
  const message = refusedUrl(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** What all ways to ask for a token share. */
const TOKEN_REQUEST = {
  tokenUrl: TokenUrl.describe('The token endpoint.'),
  scope: z.string().min(1).optional(),
  params: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe('Further members of the token request, e.g. audience or resource.'),
  scheme: Scheme,
};

/** How assertions are signed (RFC 7523). */
const ASSERTION = {
  audience: z.string().min(1).optional().describe('"aud" of the assertion; the token endpoint unless given.'),
  algorithm: z.enum(['RS256', 'PS256', 'ES256']).default('RS256'),
  keyId: z.string().min(1).optional().describe('"kid" of the key.'),
};

const ClientCredentials = z
  .strictObject({
    ...TOKEN_REQUEST,
    ...ASSERTION,
    clientId: z.string().min(1).describe('The client id, or secret:NAME.'),
    secret: SecretRef.describe(
      'The client secret; the private key (PEM) where the method is private_key_jwt.',
    ),
    method: z
      .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])
      .default('client_secret_basic'),
  })
  .describe('The OAuth2 client credentials grant.');
export type ClientCredentials = z.infer<typeof ClientCredentials>;

const JwtBearer = z
  .strictObject({
    ...TOKEN_REQUEST,
    ...ASSERTION,
    issuer: z.string().min(1).describe('"iss": mostly the client id.'),
    subject: z.string().min(1).describe('"sub": the account to act as.'),
    key: SecretRef.describe('The private key, PEM (PKCS#8).'),
  })
  .describe('The OAuth2 JWT bearer grant (RFC 7523).');
export type JwtBearer = z.infer<typeof JwtBearer>;

const Basic = z.strictObject({
  user: z.string().regex(/^[^:\p{Cc}]+$/u, 'must not hold ":" or control characters'),
  password: SecretRef,
});

const KINDS = ['basic', 'bearer', 'apiKey', 'clientCredentials', 'jwtBearer'] as const;

/**
 * How a connection proves who it is: by name and password (RFC 7617), a fixed token, a key in a header of its own, or a
 * token that it asks for.
 */
export const HttpAuth = z
  .strictObject({
    basic: Basic.optional(),
    bearer: z.strictObject({ token: SecretRef, scheme: Scheme }).optional(),
    apiKey: z
      .strictObject({ header: z.string().regex(/^[\w-]+$/, 'must be the name of a header'), key: SecretRef })
      .optional(),
    clientCredentials: ClientCredentials.optional(),
    jwtBearer: JwtBearer.optional(),
  })
  .refine((auth) => KINDS.filter((kind) => auth[kind] !== undefined).length === 1, {
    error: `must be "none" or hold exactly one of ${KINDS.map((kind) => `"${kind}"`).join(', ')}`,
  });
export type HttpAuth = z.infer<typeof HttpAuth>;

/** The name of the header, in small letters, that proves who we are; nothing when none does. */
export function authHeader(auth: 'none' | HttpAuth): string | undefined {
  return auth === 'none' ? undefined : (auth.apiKey?.header.toLowerCase() ?? 'authorization');
}
