import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** What came of one invocation. A failed one has `functionError`, and the error as its payload. */
export interface Invocation {
  readonly requestId: string;
  readonly payload?: unknown;
  readonly functionError?: string;
}

/** Calls a function once and answers whatever becomes of it; it rejects only when the function cannot be called. */
export type Invoke = (event: unknown) => Promise<Invocation>;

/** A Lambda handler as it is exported. */
export type LambdaHandler = (event: unknown, context: Context) => unknown;

/** What the platform knows of the function. */
export interface LambdaOptions {
  readonly name: string;
  readonly timeoutMs: number;
  /** Megabytes. */
  readonly memory?: number;
  readonly region?: string;
}

/** Emulated resources belong to the account of zeros. */
export const functionArn = (region: string, name: string): string =>
  `arn:aws:lambda:${region}:000000000000:function:${name}`;

const viaPromise = (): never => {
  throw new Error('context.done, fail and succeed are not offered here: return a promise.');
};

function contextOf(options: LambdaOptions, requestId: string): Context {
  const { name, timeoutMs, memory = 512, region = 'eu-central-1' } = options;
  const deadline = Date.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName: name,
    functionVersion: '$LATEST',
    memoryLimitInMB: String(memory),
    callbackWaitsForEmptyEventLoop: true,
    logStreamName: 'local',
    logGroupName: `/aws/lambda/${name}`,
    invokedFunctionArn: functionArn(region, name),
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: viaPromise,
    fail: viaPromise,
    succeed: viaPromise,
  };
}

/** JSON and back, as everything that enters and leaves a Lambda goes. What JSON cannot say becomes `null`. */
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  const { name, message, stack = '' } = error;
  return { errorType: name, errorMessage: message, trace: stack.split('\n') };
}

class TaskTimedOut extends Error {
  override readonly name = 'Sandbox.Timedout';
}

/**
 * Runs a handler in this process as Lambda would: JSON both ways, a context with a running clock, a time-out, and any
 * error as an answer. Not isolated: a handler that timed out keeps running, and `process.exit` ends everything.
 */
export function lambdaInvoker(handler: LambdaHandler, options: LambdaOptions): Invoke {
  const { timeoutMs } = options;
  return async (event) => {
    const requestId = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const text = `${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      timer = setTimeout(() => reject(new TaskTimedOut(text)), timeoutMs);
    });
    try {
      const answer = await Promise.race([handler(throughJson(event), contextOf(options, requestId)), late]);
      return { requestId, payload: throughJson(answer) };
    } catch (error) {
      return { requestId, functionError: 'Unhandled', payload: describe(error) };
    } finally {
      clearTimeout(timer);
    }
  };
}
