/**
 * The part of the worker's `@azure/functions-core` contract the stand-in speaks. That module is built into the Node
 * worker and is not on npm; these shapes follow `types-core/index.d.ts` of Azure/azure-functions-nodejs-worker.
 */
import type { LogLevel } from '@azure/functions';

/** A 64-bit integer as protobuf may decode it. */
export interface RpcLong {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

/** A text as the host sends it where there may be none. */
export interface RpcNullable {
  readonly value: string;
}

/** An HTTP request as the host sends it. */
export interface RpcHttp {
  readonly method: string;
  readonly url: string;
  readonly nullableHeaders: Readonly<Record<string, RpcNullable>>;
  readonly nullableParams: Readonly<Record<string, RpcNullable>>;
  readonly nullableQuery: Readonly<Record<string, RpcNullable>>;
  readonly body: RpcTypedData;
}

/** Typed data as the host sends it; exactly one field is set. */
export interface RpcTypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly http?: RpcHttp;
  readonly collectionString?: { readonly string: readonly string[] };
  readonly collectionBytes?: { readonly bytes: readonly Uint8Array[] };
  readonly collectionSint64?: { readonly sint64: readonly (number | RpcLong)[] };
}

/** Told to the handler from the second attempt on. */
export interface RpcRetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string; readonly stackTrace: string };
}

/** One invocation as the host asks for it. */
export interface RpcInvocation {
  readonly inputData: readonly { readonly name: string; readonly data: RpcTypedData }[];
  readonly triggerMetadata: Readonly<Record<string, RpcTypedData>>;
  readonly retryContext?: RpcRetryContext;
}

/** What a handler's answer becomes on the wire. */
export interface RpcResponse {
  readonly returnValue?: unknown;
  readonly outputData?: readonly { readonly name: string; readonly data: unknown }[];
}

/** A function as the library registers it. `bindings` and `retryOptions` are parsed where they are used. */
export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, unknown>>;
  readonly retryOptions?: unknown;
}

/** A user's handler, wrapped by the library. */
export type FunctionCallback = (...args: unknown[]) => unknown;

/** One line a handler, or the library, logged. */
export interface LogLine {
  readonly level: LogLevel;
  readonly category: string;
  readonly message: string;
  readonly functionId?: string;
  readonly invocationId?: string;
}

/** What the library needs to know about an invocation. */
export interface CoreContext {
  readonly invocationId: string;
  readonly metadata: FunctionMetadata;
  readonly request: RpcInvocation & { readonly invocationId: string; readonly functionId: string };
  readonly log: (level: LogLevel, category: string, message: string) => void;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
}

/** The library's side: it converts typed data, runs the handler and builds the response. */
export interface ProgrammingModel {
  getCapabilities?(known: Record<string, string>): Promise<Record<string, string>>;
  getInvocationModel(context: CoreContext): InvocationModel;
}

/** One invocation inside the library. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<RpcResponse>;
}
