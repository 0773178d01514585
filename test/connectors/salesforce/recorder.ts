import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach } from 'vitest';
import type { Said } from '../../contracts/connector-subject.js';
import { TOKEN } from '../subjects.js';
import { said } from './answer-actions.js';

/** A request as it came, its body whole whatever its framing. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that wrote down what it was asked. */
export interface Recorder {
  readonly url: string;
  readonly requests: readonly Received[];
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server that records what it is asked and plays the same answers to whoever asks; logging in always works. */
export async function recording(...answers: readonly Said[]): Promise<Recorder> {
  const requests: Received[] = [];
  let url = '';
  let calls = 0;
  const answerTo = (path: string): Said => {
    if (!path.startsWith('/services/oauth2/token')) return answers[calls++] ?? said(404, []);
    const id = `${url}/id/00D000000000001EAA/005000000000001AAA`;
    return said(200, { access_token: TOKEN, instance_url: url, id });
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
    const { status, headers: own, body } = answerTo(path);
    response.writeHead(status, own).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return { url, requests };
}
