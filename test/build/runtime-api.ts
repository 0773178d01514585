import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { listen } from '../../local/listen.js';

/** One execution environment: which Node and runtime client, which folder, handler and environment. */
export interface RuntimeOptions {
  readonly node?: string;
  /** A runtime client that takes the handler as its argument; our own by the documented protocol unless given. */
  readonly client?: string;
  readonly taskRoot: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the function answered, or why it did not; and what it wrote to its log. */
export interface Answer {
  readonly payload: unknown;
  readonly failed: boolean;
}

const OWN_CLIENT = join(import.meta.dirname, 'runtime-client.mjs');
const PATH = /^\/2018-06-01\/runtime\/(?:(init)\/error|invocation\/(?:(next)|([^/]+)\/(response|error)))$/;
const DEADLINE_MS = 60_000;

/** Starts a function in a process that knows only its folder, as Lambda does, and speaks AWS's Runtime API with it. */
export async function startRuntime(options: RuntimeOptions) {
  const { node = process.execPath, client = OWN_CLIENT, taskRoot, handler, environment } = options;
  let idle: ServerResponse | undefined;
  let waiting: { readonly event: unknown; readonly done: (answer: Answer) => void } | undefined;
  let log = '';

  function pump(): void {
    if (!idle || !waiting) return;
    const headers = {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': randomUUID(),
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + DEADLINE_MS),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-central-1:000000000000:function:packaged',
    };
    idle.writeHead(200, headers).end(JSON.stringify(waiting.event));
    idle = undefined;
  }

  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const [, init, next, , kind] = PATH.exec(request.url ?? '') ?? [];
    if (next) {
      idle = response;
      return pump();
    }
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    const payload: unknown = body === '' ? null : JSON.parse(body);
    waiting?.done({ payload, failed: init !== undefined || kind === 'error' });
    waiting = undefined;
  });
  const port = await listen(server, 0, 'Runtime API');
  const child: ChildProcess = spawn(node, [client, handler], {
    cwd: taskRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      TZ: ':UTC',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: taskRoot,
      _HANDLER: handler,
      // Without these aws-lambda-ric refuses to start.
      AWS_LAMBDA_FUNCTION_NAME: 'packaged',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/packaged',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...environment,
    },
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (log += String(part)));
  child.once('exit', (code) => waiting?.done({ payload: `exit ${code}: ${log}`, failed: true }));

  return {
    log: () => log,
    invoke: (event: unknown): Promise<Answer> =>
      new Promise((done) => {
        waiting = { event, done };
        pump();
      }),
    async stop(): Promise<void> {
      const gone = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
      child.kill('SIGKILL');
      await gone;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
