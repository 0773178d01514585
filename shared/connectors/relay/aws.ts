import { NodeHttpHandler } from '@smithy/node-http-handler';
import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import { readSecret } from '../auth/secret.js';
import type { ConnectorDeps } from '../deps.js';

/** The part of a connection's config that every AWS client takes. */
export interface AwsConfig {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly credentials?: string | undefined;
  readonly timeoutMs: number;
}

const AccessKey = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });

/** Longest wait for a connection, milliseconds. */
const CONNECT_MS = 5_000;

async function accessKey(
  connection: string,
  ref: string,
  { secrets }: ConnectorDeps,
): Promise<z.infer<typeof AccessKey>> {
  const text = await readSecret(secrets, ref);
  if (!text.ok) throw text.fault;
  try {
    const parsed = AccessKey.safeParse(JSON.parse(text.value));
    if (parsed.success) return parsed.data;
  } catch {
    // The error of JSON.parse quotes the text, and the text is a secret: it must not become a cause.
  }
  throw new Fault(
    'config.invalid',
    `Connection "${connection}": the text of "${ref}" must be JSON of the form {"accessKeyId":"…","secretAccessKey":"…"}.`,
  );
}

/**
 * The options of an AWS client: one try a call, because the retrying is the pipeline's, and HTTP/1.1, as emulators speak it.
 * Throws a Fault when the secret with the access key is missing or is none.
 */
export async function awsOptions(connection: string, config: AwsConfig, deps: ConnectorDeps) {
  const { region, endpoint, credentials, timeoutMs } = config;
  return {
    maxAttempts: 1,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials: await accessKey(connection, credentials, deps) }),
    requestHandler: new NodeHttpHandler({
      connectionTimeout: Math.min(CONNECT_MS, timeoutMs),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    }),
  };
}

/** Gives a client back that knows its region; else throws a Fault, where the SDK would throw a bare error at the first call. */
export async function inRegion<T extends { readonly config: { region(): Promise<string> } }>(
  connection: string,
  client: T,
): Promise<T> {
  try {
    await client.config.region();
    return client;
  } catch (cause) {
    const text = `Connection "${connection}" names no region, and the deployment has none: write "region" into it, or set AWS_REGION.`;
    throw new Fault('config.invalid', text, { cause });
  }
}
