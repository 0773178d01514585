import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { FunctionMetadata, RpcInvocation, RpcResponse } from './rpc.js';

/** A package at work in a process of its own. */
export interface RunningPackage {
  readonly functions: readonly FunctionMetadata[];
  readonly capabilities: Readonly<Record<string, string>>;
  /** What the app has written to its standard output so far. */
  output(): string;
  /** Runs one invocation; throws what the handler threw, as text. */
  invoke(functionId: string, invocation: RpcInvocation): Promise<RpcResponse>;
  close(): Promise<void>;
}

const Metadata = z.looseObject({
  name: z.string(),
  bindings: z.record(z.string(), z.unknown()),
  retryOptions: z.unknown().optional(),
});

const Message = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('started'),
    functions: z.array(Metadata),
    capabilities: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('failed'), error: z.string() }),
  z.object({
    kind: z.literal('answer'),
    id: z.number(),
    response: z.looseObject({}).optional(),
    error: z.string().optional(),
  }),
  z.object({ kind: z.literal('log'), line: z.unknown() }),
]);

/** The program as it is built: a process starts from that, also when this is run from its source. */
const PROGRAM = fileURLToPath(
  new URL('./package-process.js', import.meta.url.replace(/\/(?:dist\/)?local\//, '/dist/local/')),
);

/** Starts the package in a folder with nothing but these settings in its environment. */
export async function startPackage(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningPackage> {
  const child = fork(PROGRAM, [folder], {
    cwd: folder,
    env: { ...settings },
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const waiting = new Map<
    number,
    (answer: { response?: RpcResponse | undefined; error?: string | undefined }) => void
  >();
  const started = new Promise<{ functions: FunctionMetadata[]; capabilities: Record<string, string> }>(
    (resolve, reject) => {
      child.on('message', (raw) => {
        const message = Message.parse(raw);
        if (message.kind === 'started') resolve(message);
        else if (message.kind === 'failed') reject(new Error(message.error));
        else if (message.kind === 'answer') waiting.get(message.id)?.(message);
      });
      child.once('exit', (code) => reject(new Error(`the package ended with ${code}`)));
    },
  );
  const { functions, capabilities } = await started;
  let next = 0;
  return {
    functions,
    capabilities,
    output: () => output,
    async invoke(functionId, invocation) {
      next += 1;
      const id = next;
      const answered = new Promise<{ response?: RpcResponse | undefined; error?: string | undefined }>(
        (resolve) => waiting.set(id, resolve),
      );
      child.send({ id, functionId, invocation });
      const { response, error } = await answered;
      waiting.delete(id);
      if (error !== undefined) throw new Error(error);
      return response ?? {};
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
