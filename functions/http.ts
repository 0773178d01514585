import type { HttpHandler, HttpRequest } from '@azure/functions';
import type { Door } from '../shared/door/late-door.js';
import type { DoorRequest } from '../shared/door/request.js';

/** App Service puts the certificate here, whoever issued it, and takes away what a client wrote there. */
const CERTIFICATE = 'x-arr-clientcert';

/** The front end appends the address it sees; what stands before was written by the client. */
const lastOf = (list: string | undefined): string | undefined => list?.split(',').at(-1)?.trim();

async function toDoorRequest(request: HttpRequest): Promise<DoorRequest> {
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const certificate = headers[CERTIFICATE];
  return {
    method: request.method,
    path: pathname,
    query: new URLSearchParams(search),
    headers,
    body: new Uint8Array(await request.arrayBuffer()),
    remote: lastOf(headers['x-forwarded-for']),
    clientCertificate: certificate ? { text: certificate, verified: false } : undefined,
  };
}

/** HTTP trigger in, the door's answer out. https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger */
export const httpOf =
  (door: Door): HttpHandler =>
  async (request) => {
    const { status, headers, body } = await door(await toDoorRequest(request));
    return { status, headers, body };
  };
