import * as z from 'zod';
import type { Operation } from '../../core/remote.js';
import { SecretRef } from '../auth/secret.js';
import { refusedUrl } from '../wire/endpoint.js';

/** What these connections can do. */
export const HUBSPOT_OPERATIONS: readonly Operation[] = [
  'upsert',
  'update',
  'add',
  'remove',
  'send',
  'delete',
];

const isOrigin = (text: string): boolean => new URL(text).href === `${new URL(text).origin}/`;

const Address = z.string().superRefine((text, context) => {
  const message = refusedUrl(text) ?? (isOrigin(text) ? undefined : 'must be an address without a path');
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** HubSpot dates its APIs each March and September and supports each for 18 months ("API versioning"). */
const ApiVersion = z
  .string()
  .regex(
    /^20(?:2[6-9]|[3-9]\d)-(?:03|09)(?:-beta)?$/,
    'must be a dated version such as "2026-09"; v1 to v4 end in 2027',
  );

const Auth = z.union([
  z.strictObject({
    bearer: z
      .strictObject({ token: SecretRef })
      .describe('A service key, or the access token of an app of this account'),
  }),
  z.strictObject({
    refreshToken: z
      .strictObject({ secret: SecretRef })
      .describe('An OAuth app: the secret is JSON, {"clientId":"…","clientSecret":"…","refreshToken":"…"}'),
  }),
]);

/** A HubSpot account. */
export const HubspotConfig = z.strictObject({
  type: z.literal('hubspot'),
  url: Address.default('https://api.hubapi.com').describe('Address of the API; the same for all accounts'),
  apiVersion: ApiVersion.default('2026-09').describe('Dated API version, for example 2026-09'),
  auth: Auth.describe('Exactly one of bearer and refreshToken'),
  sendKey: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Property with unique values of what "send" makes: it takes the key that keeps one from being made twice',
    ),
  timeoutMs: z.int().min(1).max(30_000).default(30_000).describe('Longest wait for one answer, milliseconds'),
});
export type HubspotConfig = z.infer<typeof HubspotConfig>;
