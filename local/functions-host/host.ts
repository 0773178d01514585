import * as z from 'zod';
import { systemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/core/ports.js';
import { type LoadedApp, openApp } from './app.js';
import { startEventHubFunction } from './event-hub-function.js';
import type { RunningTrigger } from './event-hub-trigger.js';
import { parseHostJson } from './host-json.js';
import type { HostServices } from './host-services.js';
import { startHttpFunction } from './http-function.js';
import { httpRoutes } from './http-routes.js';
import { startQueueFunction } from './queue-function.js';
import type { FunctionMetadata, LogLine } from './rpc.js';
import { applySettings, type Settings } from './settings.js';
import { startTimerFunction } from './timer-function.js';

/** A function app at work in this process. */
export interface FunctionsHost {
  /** Names of the functions it runs. */
  readonly functions: readonly string[];
  /** Where HTTP functions are, if there are any. */
  readonly url: string | undefined;
  /** Attempts to run a function so far, retries included. */
  invocations(): number;
  /** Waits for running handlers, gives partitions back, restores the environment. */
  close(): Promise<void>;
}

/** What a host needs to run an app. */
export interface FunctionsHostOptions {
  /** Path or file URL of the app's entry, e.g. functions/index.js. */
  readonly entry: string;
  /** Parsed host.json. */
  readonly hostJson: unknown;
  /** `Values` of local.settings.json. They are put into the environment while the host runs. */
  readonly settings: Settings;
  /** Where checkpoints go. */
  readonly blobConnectionString: string;
  /** Port of HTTP functions; 0, the default, takes any free one. */
  readonly httpPort?: number;
  readonly clock?: Clock;
  /** Told of failed attempts and lost connections; prints them when absent. */
  readonly onError?: (error: unknown) => void;
  /** Told of what handlers log through their context; prints it when absent. */
  readonly onLog?: (line: LogLine) => void;
}

type StartFunction = typeof startEventHubFunction;

/** Trigger types this host can drive. */
const TRIGGERS: Readonly<Record<string, StartFunction>> = {
  eventhubtrigger: startEventHubFunction,
  queuetrigger: startQueueFunction,
  httptrigger: startHttpFunction,
  timertrigger: startTimerFunction,
};

const TriggerBinding = z.looseObject({ type: z.string().regex(/trigger$/i) });

const starterOf = (id: string, metadata: FunctionMetadata): { start: StartFunction; binding: unknown } => {
  for (const candidate of Object.values(metadata.bindings)) {
    const binding = TriggerBinding.safeParse(candidate).data;
    if (binding === undefined) continue;
    const start = TRIGGERS[binding.type.toLowerCase()];
    if (start !== undefined) return { start, binding };
    throw new Error(
      `function ${id}: the local host has no ${binding.type}; add it to local/functions-host/host.ts.`,
    );
  }
  throw new Error(`function ${id} has no trigger.`);
};

const printLog = ({ level, category, message, functionId }: LogLine): void => {
  if (category !== 'user') return;
  const loud = level === 'error' || level === 'critical' || level === 'warning';
  (loud ? console.error : console.log)(`${functionId ?? 'host'}: ${message}`);
};

const closeAll = async (triggers: readonly RunningTrigger[], app: LoadedApp): Promise<void> => {
  const closed = await Promise.allSettled(triggers.map((trigger) => trigger.close()));
  await app.release();
  for (const each of closed) if (each.status === 'rejected') throw each.reason;
};

const startTriggers = async ({ core }: LoadedApp, services: HostServices): Promise<RunningTrigger[]> => {
  const started: RunningTrigger[] = [];
  try {
    for (const [id, metadata] of core.functions) {
      const { start, binding } = starterOf(id, metadata);
      started.push(await start(core, id, metadata, binding, services));
    }
    return started;
  } catch (error) {
    await Promise.allSettled(started.map((trigger) => trigger.close()));
    throw error;
  }
};

/** Loads the app through the real `@azure/functions` library and drives its triggers in this process. */
export const startFunctionsHost = async (options: FunctionsHostOptions): Promise<FunctionsHost> => {
  const hostSettings = parseHostJson(options.hostJson);
  let invocations = 0;
  const restore = applySettings(options.settings, process.env);
  let app: LoadedApp | undefined;
  try {
    const opened = await openApp(options.entry, options.onLog ?? printLog);
    app = opened;
    const routes = httpRoutes(hostSettings.http.routePrefix);
    const triggers = await startTriggers(opened, {
      settings: options.settings,
      ...hostSettings,
      capabilities: opened.capabilities,
      routes,
      blobConnectionString: options.blobConnectionString,
      clock: options.clock ?? systemClock,
      random: Math.random,
      report: options.onError ?? console.error,
      invoked: () => {
        invocations += 1;
      },
    });
    const front = await routes.start(options.httpPort ?? 0).catch(async (error: unknown) => {
      await Promise.allSettled(triggers.map((trigger) => trigger.close()));
      throw error;
    });
    if (front) triggers.push(front);
    return {
      functions: [...opened.core.functions.keys()],
      url: front?.url,
      invocations: () => invocations,
      close: () => closeAll(triggers, opened).finally(restore),
    };
  } catch (error) {
    await app?.release();
    restore();
    throw error;
  }
};
