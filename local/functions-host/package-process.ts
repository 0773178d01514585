import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { globSync } from 'tinyglobby';
import * as z from 'zod';
import { installCore } from './core.js';
import type { RpcInvocation } from './rpc.js';

// A process of its own that knows of an app what the Node worker knows: a folder. It reads host.json and package.json there,
// loads every file that `main` names, and hands invocations over as the host does.
// https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/startApp.ts

const Package = z.looseObject({ main: z.string() });
const HostJson = z.looseObject({ version: z.literal('2.0') });

/** What the parent asks for. */
const Request = z.object({
  id: z.number(),
  functionId: z.string(),
  // Made by the encoders beside this, which know the type.
  invocation: z.custom<RpcInvocation>((value) => typeof value === 'object' && value !== null),
});

const parsed = (folder: string, file: string): unknown => {
  const path = join(folder, file);
  if (!existsSync(path)) throw new Error(`the package has no ${file}`);
  return JSON.parse(readFileSync(path, 'utf8'));
};

const tell = (message: object): void => void process.send?.(message);

async function start(folder: string): Promise<void> {
  HostJson.parse(parsed(folder, 'host.json'));
  const { main } = Package.parse(parsed(folder, 'package.json'));
  process.chdir(folder);
  const files = globSync(main, { cwd: folder, absolute: true });
  if (files.length === 0) throw new Error(`no file is ${main}, as "main" of package.json says`);
  const core = installCore((line) => tell({ kind: 'log', line }));
  for (const file of files) await import(pathToFileURL(file).href);
  const capabilities = await core.finishStartup(folder);
  process.on('message', (message) => {
    const { id, functionId, invocation } = Request.parse(message);
    core.invoke(functionId, invocation).then(
      (response) => tell({ kind: 'answer', id, response }),
      (error: unknown) => tell({ kind: 'answer', id, error: String(error) }),
    );
  });
  tell({ kind: 'started', functions: [...core.functions.values()], capabilities });
}

await start(resolve(process.argv[2] ?? '.')).catch((error: unknown) => {
  tell({ kind: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
  process.disconnect?.();
});
