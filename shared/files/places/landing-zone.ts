import * as z from 'zod';
import { clientSecretPost } from '../../connectors/auth/grants.js';
import { readSecret } from '../../connectors/auth/secret.js';
import { authorised, tokenCache } from '../../connectors/auth/tokens.js';
import { dial } from '../../connectors/wire/dial.js';
import { refusedUrl } from '../../connectors/wire/endpoint.js';
import { retryAfterMs } from '../../connectors/wire/retry-after.js';
import { attempt, type Reply } from '../../connectors/wire/transport.js';
import { excerpt } from '../../connectors/wire/vendor-text.js';
import { ok } from '../../core/fault.js';
import type { DlzAuth } from './auth.js';
import type { PlaceDeps } from './deps.js';
import type { Trouble } from './origin.js';
import { secretOf } from './secret-of.js';

/** Access to a container of Adobe's, by a URL that holds its signature. */
export interface AzureLanding {
  readonly kind: 'azure';
  readonly container: string;
  readonly url: string;
  /** Epoch milliseconds; Adobe does not always tell. */
  readonly ends?: number;
}

/** Access to a folder of a bucket of Adobe's, with keys for some hours. */
export interface AwsLanding {
  readonly kind: 'aws';
  readonly bucket: string;
  readonly container: string;
  readonly keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  /** Epoch milliseconds. */
  readonly ends: number;
}

/** What Adobe gives to reach a landing zone. */
export type Landing = AzureLanding | AwsLanding;

/** Adobe's API of credentials. Throws {@link LandingError} when it does not give any. */
export interface LandingZone {
  /** The access there is. */
  ask(): Promise<Landing>;
  /** New access on Azure; what there was ends, for everybody. */
  renew(): Promise<Landing>;
}

/** Adobe did not give access to a landing zone. */
export class LandingError extends Error {
  override readonly name = 'LandingError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.text);
    this.trouble = trouble;
  }
}

const ANSWER_MS = 10_000;
const PATH = '/data/foundation/connectors/landingzone/credentials?type=dlz_destination';

/**
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/catalog/cloud-storage/data-landing-zone.html
 * (both answers); `expiryDate` is a day, and told by the API of sources only as far as Adobe documents it.
 */
const Azure = z
  .object({
    containerName: z.string().min(1),
    SASUri: z.string().refine((url) => refusedUrl(url) === undefined && new URL(url).searchParams.has('sig')),
    expiryDate: z.string().optional(),
  })
  .transform(({ containerName: container, SASUri: url, expiryDate }): AzureLanding => {
    const ends = Date.parse(new URL(url).searchParams.get('se') ?? expiryDate ?? '');
    return { kind: 'azure', container, url, ...(Number.isFinite(ends) && { ends }) };
  });
const Aws = z
  .object({
    credentials: z.object({
      awsAccessKeyId: z.string().min(1),
      awsSecretAccessKey: z.string().min(1),
      awsSessionToken: z.string().min(1),
    }),
    dlzPath: z.object({ bucketName: z.string().min(3), dlzFolder: z.string().min(1) }),
    /** Epoch seconds. */
    expiryTime: z.number().positive(),
  })
  .transform(({ credentials: given, dlzPath, expiryTime }): AwsLanding => {
    const {
      awsAccessKeyId: accessKeyId,
      awsSecretAccessKey: secretAccessKey,
      awsSessionToken: sessionToken,
    } = given;
    const { bucketName: bucket, dlzFolder } = dlzPath;
    const keys = { accessKeyId, secretAccessKey, sessionToken };
    return {
      kind: 'aws',
      bucket,
      container: dlzFolder.replace(/^\/|\/$/g, ''),
      keys,
      ends: expiryTime * 1000,
    };
  });
const Answer = z.union([Azure, Aws]);

const ADVICE =
  'check clientId, clientSecret, organization and sandbox under "auth", and that the project has the permission to view and manage destinations (docs/files-places.md)';

function troubleOf(reply: Reply, secrets: readonly string[], now: number): Trouble {
  const { status, headers } = reply;
  const text = `Adobe did not give access to the landing zone (${status}: ${excerpt(reply, secrets)})`;
  const afterMs = retryAfterMs(headers.get('retry-after'), now);
  if (status === 408 || status === 429 || status >= 500)
    return { text, passing: true, ...(afterMs !== undefined && { afterMs }) };
  return { text: `${text}: ${ADVICE}`, passing: false };
}

/** Asks Adobe's Platform for access, signed in by OAuth server-to-server (IMS). */
export function landingZone(
  auth: DlzAuth,
  { secrets, clock }: Pick<PlaceDeps, 'secrets' | 'clock'>,
): LandingZone {
  const wire = dial({ allowPrivate: false });
  const tokens = tokenCache({
    connection: "Adobe's identity service",
    // https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/implementation
    tokenUrl: `${auth.ims}/ims/token/v3`,
    async ask() {
      const clientId = await readSecret(secrets, auth.clientId);
      if (!clientId.ok) return clientId;
      const clientSecret = await readSecret(secrets, auth.clientSecret);
      if (!clientSecret.ok) return clientSecret;
      const client = { clientId: clientId.value, clientSecret: clientSecret.value };
      return ok(clientSecretPost(client, { scope: auth.scopes }));
    },
    advice: ADVICE,
    fetch: wire,
    clock,
    timeoutMs: ANSWER_MS,
  });

  const call = async (method: 'GET' | 'POST', path: string): Promise<Landing> => {
    const { signal } = new AbortController();
    const apiKey = await secretOf(secrets, auth.clientId);
    const reply = await authorised(tokens, signal, ({ accessToken }) => {
      const headers = {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken}`,
        'x-api-key': apiKey,
        'x-gw-ims-org-id': auth.organization,
        'x-sandbox-name': auth.sandbox,
      };
      return attempt(
        { method, url: `${auth.platform}${path}`, headers },
        { fetch: wire, timeoutMs: ANSWER_MS, signal },
      );
    });
    if (reply.kind === 'denied') {
      const fault = 'fault' in reply.outcome ? reply.outcome.fault : undefined;
      const passing = fault?.code !== 'remote.unauthorized' && fault?.code !== 'config.missing-secret';
      throw new LandingError({ text: fault?.message ?? 'Adobe did not let us in', passing });
    }
    if (reply.kind === 'failure')
      throw new LandingError({ text: `Adobe's Platform gave no answer (${reply.code})`, passing: true });
    if (reply.status !== 200) throw new LandingError(troubleOf(reply, [apiKey], clock.now()));
    const answer = Answer.safeParse(reply.json);
    if (answer.success) return answer.data;
    // The answer holds the access itself, so nothing of it is repeated.
    throw new LandingError({ text: "Adobe's answer about the landing zone cannot be read", passing: false });
  };

  return {
    ask: () => call('GET', PATH),
    renew: () => call('POST', `${PATH}&action=refresh`),
  };
}
