import type { Action } from '../../../shared/core/remote.js';
import { type Asked, fakeFetch, jsonResponse, never } from '../fakes.js';
import { contact, open } from '../subjects.js';

export const hole = (name: string): string => `\${${name}}`;

const done = (): Response => jsonResponse(200, {});

/** An HTTP connection whose server answers from a function. */
export function api(
  config: Readonly<Record<string, unknown>>,
  respond: (asked: Asked, index: number) => Response = done,
) {
  const { fetch, asked } = fakeFetch(respond);
  const connector = open({ type: 'http', url: 'https://api.example.com/rows', ...config }, { fetch });
  return { connector, asked, send: (...actions: Action[]) => connector.send(actions, never()) };
}

/** An action with a field of each type. */
export const ada = contact('p1', { name: 'Ada', vip: true, points: 12.5, tags: ['a', 'b'], gone: null });
