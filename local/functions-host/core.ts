import Module from 'node:module';
import { Disposable, type Hook, type HookRegistry, hookRegistry } from './hooks.js';
import { type Registered, runInvocation } from './invocation.js';
import type {
  FunctionCallback,
  FunctionMetadata,
  LogLine,
  ProgrammingModel,
  RpcInvocation,
  RpcResponse,
} from './rpc.js';

/** The stand-in for the Node worker, seen from the host's side. */
export interface Core {
  /** Registered functions by id. */
  readonly functions: ReadonlyMap<string, FunctionMetadata>;
  /** Runs `appStart` hooks, locks registration and gives the capabilities the app asked for. */
  finishStartup(appDirectory: string): Promise<Readonly<Record<string, string>>>;
  /** Runs one invocation through the library's own conversion; throws what the handler threw. */
  invoke(functionId: string, request: RpcInvocation): Promise<RpcResponse>;
  /** Runs `appTerminate` hooks. */
  terminate(): Promise<void>;
  /** Gives `require` back. The library keeps the stand-in it has found: a second one in this process gets nothing. */
  uninstall(): void;
}

const MODULE_NAME = '@azure/functions-core';

/** The worker injects its module the same way: the library asks for it lazily, by `require`, and remembers the answer. */
const injectModule = (core: object): (() => void) => {
  const real = Module.prototype.require;
  const patched = function (this: NodeJS.Module, id: string): unknown {
    return id === MODULE_NAME ? core : real.call(this, id);
  };
  Module.prototype.require = Object.assign(patched, real);
  return () => {
    Module.prototype.require = real;
  };
};

/** What the app has told the worker so far. */
interface AppRegistry {
  readonly functions: Map<string, Registered>;
  readonly hooks: HookRegistry;
  readonly appHookData: object;
  model: ProgrammingModel | undefined;
  locked: boolean;
}

const register = (app: AppRegistry, metadata: FunctionMetadata, callback: FunctionCallback): Disposable => {
  if (app.locked) throw new Error('A function can only be registered during app startup.');
  const functionId = metadata.functionId ?? metadata.name;
  if (app.functions.has(functionId))
    throw new Error(`A function named "${functionId}" is already registered.`);
  app.functions.set(functionId, { metadata: { ...metadata, functionId }, callback });
  return new Disposable(() => {
    app.functions.delete(functionId);
  });
};

/** What `require('@azure/functions-core')` gives the library. */
const coreModule = (app: AppRegistry, sink: (line: LogLine) => void): object => ({
  version: '3.16.1',
  hostVersion: '4.1053.0',
  Disposable,
  setProgrammingModel: (model: ProgrammingModel) => {
    app.model = model;
  },
  getProgrammingModel: () => app.model,
  log: (level: LogLine['level'], category: string, message: string) => sink({ level, category, message }),
  registerHook: (name: string, hook: Hook) => app.hooks.register(name, hook),
  registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
    register(app, metadata, callback),
});

/** Installs the stand-in. Must happen before the app is imported, once per process. */
export const installCore = (sink: (line: LogLine) => void): Core => {
  const app: AppRegistry = {
    functions: new Map(),
    hooks: hookRegistry(),
    appHookData: {},
    model: undefined,
    locked: false,
  };
  return {
    uninstall: injectModule(coreModule(app, sink)),
    get functions() {
      return new Map([...app.functions].map(([id, { metadata }]) => [id, metadata]));
    },
    async finishStartup(functionAppDirectory) {
      await app.hooks.run('appStart', { hookData: {}, appHookData: app.appHookData, functionAppDirectory });
      app.locked = true;
      return (await app.model?.getCapabilities?.({})) ?? {};
    },
    async invoke(functionId, request) {
      const registered = app.functions.get(functionId);
      if (registered === undefined) throw new Error(`No function "${functionId}" is registered.`);
      if (app.model === undefined)
        throw new Error('The app registered functions without a programming model.');
      const { hooks, appHookData, model } = app;
      return runInvocation({ model, hooks, appHookData, sink }, registered, request);
    },
    terminate: () => app.hooks.run('appTerminate', { hookData: {}, appHookData: app.appHookData }),
  };
};
