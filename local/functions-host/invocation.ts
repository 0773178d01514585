import { randomUUID } from 'node:crypto';
import type { HookRegistry } from './hooks.js';
import type {
  CoreContext,
  FunctionCallback,
  FunctionMetadata,
  LogLine,
  ProgrammingModel,
  RpcInvocation,
  RpcResponse,
} from './rpc.js';

/** A function with the id the host calls it by. */
export interface Registered {
  readonly metadata: FunctionMetadata & { readonly functionId: string };
  readonly callback: FunctionCallback;
}

/** What every invocation of one app shares. */
export interface AppState {
  readonly model: ProgrammingModel;
  readonly hooks: HookRegistry;
  readonly appHookData: object;
  readonly sink: (line: LogLine) => void;
}

interface Outcome {
  inputs: unknown[];
  result: unknown;
  error: unknown;
}

/** As the worker does: anything thrown becomes an Error. */
const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const openContext = (
  app: AppState,
  metadata: Registered['metadata'],
  request: RpcInvocation,
): CoreContext => {
  const invocationId = randomUUID();
  const { functionId } = metadata;
  return {
    invocationId,
    metadata,
    request: { invocationId, functionId, ...request },
    log: (level, category, message) => app.sink({ level, category, message, functionId, invocationId }),
    state: undefined,
  };
};

/** Runs one invocation the way the Node worker does: arguments, hooks, handler, hooks, response. Throws what the handler threw. */
export const runInvocation = async (
  app: AppState,
  { metadata, callback }: Registered,
  request: RpcInvocation,
): Promise<RpcResponse> => {
  const core = openContext(app, metadata, request);
  const invocation = app.model.getInvocationModel(core);
  const { context, inputs } = await invocation.getArguments();
  const shared = { hookData: {}, appHookData: app.appHookData, invocationContext: context };

  const before = { ...shared, inputs, functionCallback: callback }; // hooks may replace inputs and callback
  core.state = 'preInvocationHooks';
  await app.hooks.run('preInvocation', before);

  const after: Outcome = { ...shared, inputs: before.inputs, result: null, error: null };
  core.state = 'invocation';
  try {
    after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (thrown) {
    after.error = toError(thrown);
  }

  core.state = 'postInvocationHooks';
  await app.hooks.run('postInvocation', after); // hooks may replace the result or clear the error
  core.state = undefined;
  if (after.error !== null && after.error !== undefined) throw toError(after.error);
  return invocation.getResponse(context, after.result);
};
