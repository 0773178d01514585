import { type FrontAnswer, type FrontRequest, type HttpFront, startHttpFront } from '../http-front.js';

/** A function behind a route. */
export interface HttpRoute {
  /** As the binding has it, without the prefix: `v1/{name}`, `{*rest}`. */
  readonly route: string;
  /** In capitals. */
  readonly methods: readonly string[];
  run(request: FrontRequest, params: Readonly<Record<string, string>>): Promise<FrontAnswer>;
}

/** The HTTP side of a host: one server for all functions. */
export interface HttpRoutes {
  add(route: HttpRoute): void;
  /** Starts the server once; nothing without a route. */
  start(port: number): Promise<HttpFront | undefined>;
}

/** Kestrel's limit, which the host keeps. https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits */
const MOST_BYTES = 210 * 1024 * 1024;

const PARAM = /^\{(\*?)(\w+)(\??)\}$/;

/** Route templates of ASP.NET, as far as they are used here: names, optional names, and the rest. */
function patternOf(route: string, prefix: string): RegExp {
  const parts = [prefix, route].flatMap((path) => path.split('/')).filter((part) => part !== '');
  const source = parts.map((part) => {
    const [, rest, name, optional] = PARAM.exec(part) ?? [];
    if (name === undefined) return `/${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
    if (rest) return `(?:/(?<${name}>.*))?`;
    return optional ? `(?:/(?<${name}>[^/]+))?` : `/(?<${name}>[^/]+)`;
  });
  return new RegExp(`^${source.join('')}/?$`, 'i');
}

const EMPTY = { headers: {}, body: '' };

/** Keeps the routes of an app, with the `routePrefix` of host.json before each. */
export function httpRoutes(prefix: string): HttpRoutes {
  const routes: (HttpRoute & { readonly pattern: RegExp })[] = [];
  const handle = async (request: FrontRequest): Promise<FrontAnswer> => {
    const [path = '/'] = request.target.split('?');
    for (const { pattern, methods, run } of routes) {
      const match = pattern.exec(path);
      if (match && methods.includes(request.method)) return run(request, { ...match.groups });
    }
    return { status: 404, ...EMPTY };
  };
  return {
    add: (route) => void routes.push({ ...route, pattern: patternOf(route.route, prefix) }),
    start: async (port) =>
      routes.length > 0 ? startHttpFront({ port, maxBytes: MOST_BYTES, handle }) : undefined,
  };
}
