import { Worker } from 'node:worker_threads';
import type { PlayView } from '../views.js';
import type { PlayWork } from './play.js';

/** What became of a piece of work: the newest wins, and nothing takes for ever. */
export type Done =
  | { readonly kind: 'done'; readonly view: PlayView }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'overtaken' };

/** Plays events in a thread of its own. */
export interface Desk {
  play(work: PlayWork): Promise<Done>;
  close(): Promise<void>;
}

interface Job {
  readonly work: PlayWork;
  readonly done: (done: Done) => void;
}

type Answer = { readonly id: number; readonly view?: PlayView; readonly fault?: string };

/** How long work may take, milliseconds: once the thread is there, and while it has its modules to read on a busy machine. */
export interface DeskLimits {
  readonly workMs: number;
  readonly startMs: number;
}

const PATIENCE: DeskLimits = { workMs: 2_000, startMs: 15_000 };
/** What rules of a person's own making can take: https://nodejs.org/docs/latest-v20.x/api/worker_threads.html */
const LIMITS = { maxOldGenerationSizeMb: 256 };

/** A desk whose thread begins with its first work; `url` is the worker's module. One at a time; of those who wait only the last is done. */
export function openDesk(url: URL, { workMs, startMs }: DeskLimits = PATIENCE): Desk {
  let worker: Worker | undefined;
  let ready = false;
  let current: (Job & { readonly id: number; readonly timer: NodeJS.Timeout }) | undefined;
  let waiting: Job | undefined;
  let ids = 0;

  const settle = (done: Done): void => {
    const job = current;
    current = undefined;
    if (job) clearTimeout(job.timer);
    job?.done(done);
    const next = waiting;
    waiting = undefined;
    if (next) begin(next);
  };
  const drop = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    ready = false;
    old?.removeAllListeners();
    await old?.terminate();
  };
  const started = (): Worker => {
    const made = new Worker(url, { resourceLimits: LIMITS });
    made.unref();
    made.on('message', ({ id, view, fault }: Answer) => {
      ready = true;
      if (id !== current?.id) return;
      settle(view ? { kind: 'done', view } : { kind: 'failed', text: fault ?? '' });
    });
    made.on('error', (error) => {
      void drop();
      settle({ kind: 'failed', text: error.message });
    });
    return made;
  };
  const begin = (job: Job): void => {
    worker ??= started();
    const timer = setTimeout(
      () => void drop().then(() => settle({ kind: 'too-long' })),
      ready ? workMs : startMs,
    );
    current = { ...job, id: ++ids, timer };
    worker.postMessage({ id: ids, work: job.work });
  };
  return {
    play: (work) =>
      new Promise((done) => {
        if (!current) return begin({ work, done });
        waiting?.done({ kind: 'overtaken' });
        waiting = { work, done };
      }),
    async close() {
      waiting?.done({ kind: 'overtaken' });
      waiting = undefined;
      await drop();
      settle({ kind: 'overtaken' });
    },
  };
}
