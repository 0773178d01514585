import type { Pipeline, Settlement } from '../../shared/core/ports.js';
import { createReplay, type Replay } from '../../shared/pipeline/replay.js';
import { messageName } from './books.js';
import { type Span, within } from './chance.js';
import type { Invocation } from './host.js';
import type { Process } from './process.js';
import type { World } from './world.js';

/** What a handler is given in one invocation. */
export interface Given {
  readonly pipeline: Pipeline;
  readonly replay: Replay;
  /** Milliseconds until the platform kills the process. */
  readonly left: () => number;
}

/** What a platform saw of one invocation. */
export type Came<T> =
  | { readonly kind: 'answer'; readonly value: T; readonly settlements: ReadonlyMap<string, Settlement> }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The process died. */
  | { readonly kind: 'gone' };

/** What is asked of a process. */
export interface Job<T> {
  /** For people. */
  readonly what: string;
  /** Killed after so long, milliseconds. */
  readonly killMs: number;
  readonly run: (given: Given) => Promise<T>;
}

const SOON: Span = [1, 20_000];

function told(settlements: readonly Settlement[]): string {
  return settlements
    .map(({ id, endings }) => `${id} ${endings.map(({ name }) => name).join('+')}`)
    .join(', ');
}

/** The pipeline of the process, with what it settles written down, and each request marked as this invocation's. */
function recorded(
  { books, story }: World,
  { host, name, signal }: Invocation,
  inner: Pipeline,
  into: Map<string, Settlement>,
): Pipeline {
  return {
    async run(messages, options) {
      try {
        const settlements = await inner.run(messages, { ...options, signal });
        for (const [i, message] of messages.entries()) {
          const settlement = settlements[i];
          const key = messageName(message);
          // A queue may hand over one record twice in one batch.
          if (settlement && into.get(key)?.settled !== true) into.set(key, settlement);
        }
        story.tell(() => `${name} settles ${told(settlements)}`);
        return settlements;
      } catch (error) {
        if (host.isAlive()) books.threw(error);
        throw error;
      }
    },
  };
}

function givenTo(
  world: World,
  process: Process,
  invocation: Invocation,
  into: Map<string, Settlement>,
  killMs: number,
): Given {
  const { timeline } = world;
  const { parking, deadLetters, log, host } = process;
  const pipeline = recorded(world, invocation, process.pipeline, into);
  const end = timeline.now() + killMs;
  return {
    pipeline,
    replay: createReplay({ pipeline, parking, source: 'retry-queue', deadLetters, clock: host.clock, log }),
    left: () => Math.max(0, end - timeline.now()),
  };
}

/** The process may be killed at any instant of the invocation; at the latest by the platform's own limit. */
function killLater(world: World, invocation: Invocation, killMs: number): void {
  const { timeline, faults, waits } = world;
  const kill = (why: string) => (): void => {
    if (!invocation.isOver) invocation.host.die(why);
  };
  timeline.after(killMs, kill('it took too long'));
  if (faults.strike('crash.between', invocation.name))
    timeline.after(within(waits, SOON), kill('killed between two steps'));
}

/** Calls a handler in a process. What the process does not live to answer never happened, as far as the platform knows. */
export function invoke<T>(world: World, process: Process, { what, killMs, run }: Job<T>): Promise<Came<T>> {
  const { faults, story, next } = world;
  const { host, invocations } = process;
  const { signal } = new AbortController();
  const invocation: Invocation = { name: `${host.name}/${next()}`, host, signal, isOver: false };
  invocations.set(signal, invocation);
  const settlements = new Map<string, Settlement>();
  story.tell(() => `${invocation.name} gets ${what}`);
  return new Promise((resolve) => {
    const over = (came: Came<T>): void => {
      if (invocation.isOver) return;
      invocation.isOver = true;
      invocations.delete(signal);
      stop();
      resolve(came);
    };
    const stop = host.whenDead(() => over({ kind: 'gone' }));
    killLater(world, invocation, killMs);
    run(givenTo(world, process, invocation, settlements, killMs)).then(
      (value) => {
        if (faults.strike('source.answer-lost', invocation.name)) host.die('before its answer arrived');
        else over({ kind: 'answer', value, settlements });
      },
      (error: unknown) => over({ kind: 'failed', error }),
    );
  });
}
