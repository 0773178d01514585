import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { HOST, listen } from '../listen.js';

/** What Adobe's Platform answers about a landing zone. */
export type LandingAnswer = Readonly<Record<string, unknown>>;

/** The container behind the double, on whichever cloud. */
export interface LandingStorage {
  /** The access there is; undefined for a sandbox without a landing zone. */
  current(): Promise<LandingAnswer | undefined>;
  /** Makes new access and ends the old one. */
  refresh(): Promise<LandingAnswer>;
}

/** Adobe's identity service and its API of landing zones, in this process. */
export interface LandingZoneEmulator {
  readonly url: string;
  /** Calls of the API so far: `GET` and `POST` (refresh). */
  readonly calls: readonly string[];
  /** What the next calls of the API are answered with; undefined is as it should be. */
  fail(...statuses: readonly (number | undefined)[]): void;
  close(): Promise<void>;
}

/** Whom the double lets in. */
export interface LandingProject {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly organization: string;
  readonly sandbox: string;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' }).end(JSON.stringify(value));
}

/** Starts the double on a free port of 127.0.0.1: strict about headers and query, with tokens for one project. */
export async function startLandingZone(
  project: LandingProject,
  storage: LandingStorage,
): Promise<LandingZoneEmulator> {
  const tokens = new Set<string>();
  const calls: string[] = [];
  const failures: (number | undefined)[] = [];

  function grant(response: ServerResponse, form: URLSearchParams): void {
    const right =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === project.clientId &&
      form.get('client_secret') === project.clientSecret &&
      (form.get('scope') ?? '').split(',').includes('openid');
    if (!right) {
      answer(response, 401, { error: 'invalid_client' });
      return;
    }
    const token = `ims-${tokens.size + 1}`;
    tokens.add(token);
    answer(response, 200, { access_token: token, token_type: 'bearer', expires_in: 86_399 });
  }

  async function credentials(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { headers, method = '' } = request;
    const refreshes = method === 'POST' && url.searchParams.get('action') === 'refresh';
    calls.push(method);
    const failure = failures.shift();
    if (failure !== undefined) return answer(response, failure, { title: 'oh' });
    if (!tokens.has(headers.authorization?.replace('Bearer ', '') ?? ''))
      return answer(response, 401, { error_code: '401013', message: 'Oauth token is not valid' });
    if (headers['x-api-key'] !== project.clientId || headers['x-gw-ims-org-id'] !== project.organization)
      return answer(response, 403, { error_code: '403000', message: 'Api Key is invalid' });
    if (url.searchParams.get('type') !== 'dlz_destination' || !(method === 'GET' || refreshes))
      return answer(response, 400, { title: 'Bad request' });
    const mine = headers['x-sandbox-name'] === project.sandbox;
    const found = mine ? await (refreshes ? storage.refresh() : storage.current()) : undefined;
    if (found === undefined) return answer(response, 404, { title: 'Landing zone not found' });
    answer(response, 200, found);
  }

  const work = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', `http://${HOST}`);
    const body = await textOf(request);
    if (url.pathname === '/ims/token/v3') return grant(response, new URLSearchParams(body));
    if (url.pathname === '/data/foundation/connectors/landingzone/credentials')
      return credentials(request, response, url);
    answer(response, 404, { title: 'Not found' });
  };
  const server = createServer((request, response) => {
    work(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0, "Adobe's landing zone");
  return {
    url: `http://${HOST}:${port}`,
    calls,
    fail: (...statuses) => void failures.push(...statuses),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
