import * as z from 'zod';
import { Fault } from '../../shared/core/fault.js';
import type { FrontAnswer, FrontRequest } from '../http-front.js';
import type { Core } from './core.js';
import type { RunningTrigger } from './event-hub-trigger.js';
import type { HostServices } from './host-services.js';
import type { FunctionMetadata, RpcInvocation, RpcNullable } from './rpc.js';

/** The trigger binding as the library registers it. Keys are not emulated: the app must not rely on them. */
const Binding = z.object({
  name: z.string(),
  authLevel: z.literal('anonymous'),
  methods: z.array(z.string().toUpperCase()),
  route: z.string().optional(),
});

/** What the library makes of a handler's answer. */
const Answer = z.object({
  http: z.object({
    statusCode: z.string().transform(Number),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.object({ bytes: z.instanceof(Uint8Array) }).optional(),
  }),
});

const nullable = (values: Iterable<readonly [string, string]>): Readonly<Record<string, RpcNullable>> =>
  Object.fromEntries([...values].map(([name, value]) => [name, { value }]));

/** The host joins values of a repeated name with a comma. */
function queryOf(target: string): Map<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URL(target, 'http://host').searchParams) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined;
}

function invocationOf(
  binding: string,
  { method, target, headers, body, remote = '' }: FrontRequest,
  params: Readonly<Record<string, string>>,
): RpcInvocation {
  const before = headers['x-forwarded-for'];
  const forwarded = before === undefined ? `${remote}:0` : `${before}, ${remote}:0`;
  const seen = { ...headers, 'x-forwarded-for': forwarded };
  const http = {
    method,
    url: new URL(target, `http://${headers['host'] ?? 'localhost'}`).href,
    nullableHeaders: nullable(Object.entries(seen)),
    nullableParams: nullable(Object.entries(params)),
    nullableQuery: nullable(queryOf(target)),
    body: { bytes: body },
  };
  return { inputData: [{ name: binding, data: { http } }], triggerMetadata: {} };
}

/** Puts one HTTP function behind its route; the server starts with the host. */
export const startHttpFunction = async (
  core: Core,
  id: string,
  _: FunctionMetadata,
  rawBinding: unknown,
  { routes, invoked, report }: HostServices,
): Promise<RunningTrigger> => {
  const parsed = Binding.safeParse(rawBinding);
  if (!parsed.success)
    throw new Fault('config.invalid', `function ${id}: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  const { name, methods, route = id } = parsed.data;
  const run = async (
    request: FrontRequest,
    params: Readonly<Record<string, string>>,
  ): Promise<FrontAnswer> => {
    invoked();
    try {
      const { returnValue } = await core.invoke(id, invocationOf(name, request, params));
      const { statusCode, headers, body } = Answer.parse(returnValue).http;
      return { status: statusCode, headers, body: body?.bytes ?? '' };
    } catch (error) {
      report(error);
      return { status: 500, headers: {}, body: '' };
    }
  };
  routes.add({ route, methods, run });
  return { close: async () => undefined };
};
