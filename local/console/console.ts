import { randomBytes } from 'node:crypto';
import { readAssets } from './assets.js';
import { keptTotals } from './kept.js';
import { startLive } from './live.js';
import { answerFrom, type RoutesDeps } from './routes.js';
import { startServer } from './server.js';
import type { Hello } from './told.js';

/** A running console. */
export interface Console {
  /** Where it is, with the token that lets its page in, behind `#`: no server and no log sees it there. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a console is made of. */
export interface ConsoleOptions extends Omit<RoutesDeps, 'stop'> {
  /** 0 takes any free port. */
  readonly port: number;
  readonly hello: Omit<Hello, 'kind'>;
  /** Folder of the built page, with a slash at its end. */
  readonly page: string;
  readonly onError: (error: unknown) => void;
}

/** Starts the console on 127.0.0.1. A port that is taken is a `config.port-in-use` fault. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { port, hello, page, onError, watch, kept, now, desk, sender } = options;
  const stop = new AbortController();
  const token = randomBytes(24).toString('base64url');
  const assets = await readAssets(page);
  const live = startLive({
    hello: { kind: 'hello', ...hello },
    book: watch.book,
    seconds: watch.seconds,
    now,
    onError,
    sums: async () => {
      const others = { under: watch.under(), sending: sender.state(), ...(await keptTotals(kept)) };
      return watch.counter.sums(others);
    },
  });
  const answer = answerFrom({ ...options, stop: stop.signal });
  try {
    const server = await startServer({ port, token, assets, answer, follow: live.follow, onError });
    return {
      url: `http://127.0.0.1:${server.port}/#${token}`,
      async close() {
        stop.abort();
        live.close();
        await server.close();
        await desk.close();
      },
    };
  } catch (error) {
    live.close();
    throw error;
  }
}
