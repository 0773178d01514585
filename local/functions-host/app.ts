import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Core, installCore } from './core.js';
import type { LogLine } from './rpc.js';

/** A loaded function app. */
export interface LoadedApp {
  readonly core: Core;
  readonly capabilities: Readonly<Record<string, string>>;
  /** Runs the app's `appTerminate` hooks and lets the next host have it. */
  release(): Promise<void>;
}

interface ProcessApp {
  readonly url: string;
  readonly core: Core;
  readonly capabilities: Readonly<Record<string, string>>;
  inUse: boolean;
}

type Sink = (line: LogLine) => void;

/**
 * One per process, because the library is: it keeps the first stand-in it finds and locks `app.setup` for good. A host
 * that was closed can be started again with the same app; another app needs a process of its own.
 */
let loaded: ProcessApp | undefined;
let sink: Sink = () => undefined;

const toUrl = (entry: string): string =>
  entry.startsWith('file:') ? entry : pathToFileURL(resolve(entry)).href;

const load = async (url: string): Promise<ProcessApp> => {
  const core = installCore((line) => sink(line));
  try {
    await import(/* @vite-ignore */ url);
    const capabilities = await core.finishStartup(dirname(fileURLToPath(url)));
    if (core.functions.size > 0) return { url, core, capabilities, inUse: false };
  } finally {
    core.uninstall();
  }
  throw new Error(
    `${url} registered no function: either it never calls app.*, or '@azure/functions' was used in this process before the host started.`,
  );
};

/** Loads the app behind `entry` (a path or file URL), or takes up the one this process has loaded before. */
export const openApp = async (entry: string, log: Sink): Promise<LoadedApp> => {
  const url = toUrl(entry);
  if (loaded?.inUse === true)
    throw new Error(`A functions host is running ${loaded.url} already: close it first.`);
  if (loaded !== undefined && loaded.url !== url) {
    throw new Error(
      `This process has loaded ${loaded.url}: another function app needs a process of its own.`,
    );
  }
  sink = log;
  const app = loaded ?? (await load(url));
  loaded = app;
  app.inUse = true;
  return {
    core: app.core,
    capabilities: app.capabilities,
    async release() {
      await app.core.terminate();
      app.inUse = false;
    },
  };
};
