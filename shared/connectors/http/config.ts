import type * as z from 'zod';
import { OPERATIONS, type Operation } from '../../core/remote.js';
import { isPrivateHost } from '../wire/endpoint.js';
import { authHeader } from './auth.js';
import { isForbiddenHeader } from './header.js';
import { requestFaults } from './lint.js';
import { HttpSettings } from './settings.js';
import { PRIVATE } from './url.js';

/** What these connections can do. */
export const HTTP_OPERATIONS: readonly Operation[] = OPERATIONS;

/** Any HTTP API, described by templates. */
export const HttpConfig = HttpSettings.superRefine((config, context) => {
  const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const { path, message } of requestFaults(config)) issue([...path], message);
  for (const grant of ['clientCredentials', 'jwtBearer'] as const) {
    const tokenUrl = config.auth === 'none' ? undefined : config.auth[grant]?.tokenUrl;
    if (tokenUrl !== undefined && !config.allowPrivate && isPrivateHost(tokenUrl))
      issue(['auth', grant, 'tokenUrl'], PRIVATE);
  }
  const sends = config.operations.send;
  const sendsInBatches = sends !== false && (sends?.batch ?? config.batch);
  if (config.honoursIdempotencyKey && sendsInBatches)
    issue(
      ['honoursIdempotencyKey'],
      'a request of several rows carries no Idempotency-Key; say operations: { send: { batch: false } }',
    );
  const proof = authHeader(config.auth);
  if (Object.keys(config.headers).some((name) => name.toLowerCase() === proof))
    issue(['headers'], `must not set ${proof === 'authorization' ? 'Authorization' : proof} beside "auth"`);
  if (proof !== undefined && isForbiddenHeader(proof))
    issue(['auth', 'apiKey', 'header'], `${proof} must not be set by a connection`);
});
export type HttpConfig = z.infer<typeof HttpConfig>;
