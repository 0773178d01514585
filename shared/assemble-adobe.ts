import { openBookStore } from './assemble-book.js';
import type { CompiledRules } from './core/compiled.js';
import type { Clock, Log } from './core/ports.js';
import { audienceBook } from './door/audience-book.js';
import { audienceRoutes } from './door/audiences.js';
import { healthRoute } from './door/health.js';
import type { Route } from './door/router.js';
import { schemaRoute } from './door/schema.js';
import type { Reachable } from './stores/reachable.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What the routes take from the rest of the door. */
export interface AdobeParts {
  readonly rules: CompiledRules;
  readonly stream: Reachable;
  readonly deadLetters: Reachable;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the door does besides taking in exports: audiences, target fields, health. */
export async function openAdobeRoutes(env: Env, parts: AdobeParts): Promise<readonly Route[]> {
  const { rules, stream, deadLetters, clock, log } = parts;
  const store = await openBookStore(env, clock);
  return [
    ...audienceRoutes({ book: audienceBook(store, clock), clock, log }),
    schemaRoute(rules),
    healthRoute({
      clock,
      log,
      parts: {
        store: async (signal) => void (await store.read([':health'], signal)),
        stream: (signal) => stream.reach(signal),
        deadLetters: (signal) => deadLetters.reach(signal),
      },
    }),
  ];
}
