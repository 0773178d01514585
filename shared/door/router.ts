import { type DoorRequest, type DoorResponse, problem, segmentsOf } from './request.js';

/** What a route is told besides the request. */
export interface Visit {
  readonly requestId: string;
  /** By name, what stands in the path where the route has `{name}`; an optional one that is missing is left out. */
  readonly params: Readonly<Record<string, string>>;
  /** When the answer must be on its way, epoch milliseconds. */
  readonly deadline: number;
  /** Who was let in, for logs: the way and, of OAuth2, the client's id. */
  readonly caller: string;
}

/** One thing the door can do. */
export interface Route {
  readonly methods: readonly string[];
  /** Segments; `{name}` takes any one segment, a last `{name*}` all that follow, or none. */
  readonly path: string;
  /** Who may: `anybody`, or only those who authenticate. */
  readonly access: 'anybody' | 'authenticated';
  handle(request: DoorRequest, visit: Visit): Promise<DoorResponse>;
}

type Params = Readonly<Record<string, string>>;

const PARAM = /^\{(\w+)(\*)?\}$/;

function match(pattern: string, segments: readonly string[]): Params | undefined {
  const params: Record<string, string> = {};
  const parts = pattern.slice(1).split('/');
  for (const [i, part] of parts.entries()) {
    const segment = segments[i];
    const [, name, rest] = PARAM.exec(part) ?? [];
    if (name !== undefined && rest !== undefined) {
      const all = segments.slice(i).join('/');
      return all === '' ? params : { ...params, [name]: all };
    }
    if (segment === undefined) return undefined;
    if (name !== undefined) params[name] = segment;
    else if (part !== segment) return undefined;
  }
  return segments.length > parts.length ? undefined : params;
}

/** Where a request leads. */
export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Params }
  | { readonly kind: 'answer'; readonly response: DoorResponse };

/** Finds the route of a request; unknown paths are answered with 404, known ones with another method with 405. */
export function findRoute(routes: readonly Route[], request: DoorRequest, requestId: string): Found {
  const segments = segmentsOf(request.path);
  const allowed = new Set<string>();
  for (const route of routes) {
    const params = match(route.path, segments);
    if (params === undefined) continue;
    if (route.methods.includes(request.method)) return { kind: 'route', route, params };
    for (const method of route.methods) allowed.add(method);
  }
  if (allowed.size === 0) {
    const text = 'there is nothing at this path; exports go to /v1/exports';
    return { kind: 'answer', response: problem(404, 'door.not-found', text, requestId) };
  }
  const allow = [...allowed].join(', ');
  const text = `this path takes ${allow}`;
  return { kind: 'answer', response: problem(405, 'door.method', text, requestId, { allow }) };
}
