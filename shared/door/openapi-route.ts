import type { Json } from '../core/ports.js';
import { answer } from './request.js';
import type { Route } from './router.js';
import type { Way } from './settings.js';

/** The routes, and with them one that tells what all of them are: `GET /openapi.json`. */
export function withOpenApi(routes: readonly Route[], ways: readonly Way[]): readonly Route[] {
  let document: Json | undefined;
  const all: readonly Route[] = [
    ...routes,
    {
      methods: ['GET'],
      path: '/openapi.json',
      access: 'anybody',
      async handle() {
        // Hardly anybody asks, so no start reads what describes all of it.
        document ??= (await import('./openapi.js')).openApi(all, ways);
        return answer(200, document);
      },
    },
  ];
  return all;
}
