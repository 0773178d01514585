import { setMaxListeners } from 'node:events';
import { openConnector } from '../../shared/connectors/open-connector.js';
import type { Clock } from '../../shared/core/ports.js';
import type { Connector } from '../../shared/core/remote.js';
import { type Span, within } from './chance.js';
import { fetchPort } from './fetch-port.js';
import type { World } from './world.js';

/** Whose process it is: each cloud has a retry queue and dead letters of its own. */
export type Cloud = 'aws' | 'azure';

/** A process: a Lambda environment or a Functions worker. */
export interface Host {
  readonly name: string;
  readonly cloud: Cloud;
  isAlive(): boolean;
  /** Off by the process's skew; sleeping in a dead process never ends. */
  readonly clock: Clock;
  /** The targets, over connections and with tokens of this process's own. */
  readonly connectors: ReadonlyMap<string, Connector>;
  /**
   * One step to the outside: on its way, in effect, and answered. The process may die before it leaves or after it took
   * effect; what is on its way arrives all the same. Nothing is ever answered to a dead process.
   */
  step<T>(port: string, span: Span, effect: () => T | Promise<T>): Promise<T>;
  /** True, and dead, when the process dies here. */
  diesAt(kind: 'crash.before' | 'crash.after', port: string): boolean;
  die(why: string): void;
  /** Gives the function that stops listening. */
  whenDead(act: () => void): () => void;
}

/** One delivery of a batch to one process. */
export interface Invocation {
  readonly name: string;
  readonly host: Host;
  /** Never aborted; goes with every request of the invocation and so tells whose it is. */
  readonly signal: AbortSignal;
  /** It has been answered, or never will be. */
  isOver: boolean;
}

interface Life {
  alive: boolean;
  readonly listeners: Set<() => void>;
}

/** What a promise of a dead process comes to: nothing, ever. */
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

function clockOf({ timeline }: World, life: Life, skewMs: number): Clock {
  return {
    now: () => Math.round(timeline.now() + skewMs),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          if (life.alive) reject(signal?.reason);
        };
        if (signal?.aborted) return stop();
        // Many processes live in this one and may share a signal.
        if (signal) setMaxListeners(0, signal);
        signal?.addEventListener('abort', stop, { once: true });
        timeline.after(ms, () => {
          signal?.removeEventListener('abort', stop);
          if (life.alive) resolve();
        });
      }),
  };
}

function stepper(world: World, host: Pick<Host, 'diesAt' | 'isAlive'>): Host['step'] {
  const { timeline, waits } = world;
  return <T>(port: string, span: Span, effect: () => T | Promise<T>) => {
    if (!host.isAlive() || host.diesAt('crash.before', port)) return never<T>();
    const [there, back] = [within(waits, span), within(waits, span)];
    return new Promise<T>((resolve, reject) => {
      const answer = (act: () => void): void => {
        host.diesAt('crash.after', port);
        timeline.after(back, () => {
          if (host.isAlive()) act();
        });
      };
      timeline.after(there, () => {
        // An async function, so that an effect that throws at once fails like one that fails later.
        const done = (async () => effect())();
        done.then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });
  };
}

/** Starts a process. */
export function createHost(world: World, name: string, cloud: Cloud): Host {
  const { climate, faults, story, waits } = world;
  const life: Life = { alive: true, listeners: new Set() };
  const skew = Math.round((2 * waits.next() - 1) * climate.skewMs);
  const die = (why: string): void => {
    if (!life.alive) return;
    life.alive = false;
    story.tell(() => `${name} dies: ${why}`);
    for (const listener of [...life.listeners]) listener();
  };
  const isAlive = (): boolean => life.alive;
  const diesAt: Host['diesAt'] = (kind, port) => {
    if (!life.alive || !faults.strike(kind, `${name}, ${port}`)) return false;
    die(`${kind} ${port}`);
    return true;
  };
  const clock = clockOf(world, life, skew);
  const base = { name, cloud, isAlive, clock, die, diesAt, step: stepper(world, { diesAt, isAlive }) };
  const whenDead: Host['whenDead'] = (act) => {
    life.listeners.add(act);
    return () => void life.listeners.delete(act);
  };
  const deps = {
    secrets: { get: () => Promise.resolve(world.crm.secret) },
    clock,
    fetch: fetchPort(world, { ...base, whenDead }),
    random: () => waits.next(),
  };
  story.tell(() => `${name} starts, its clock off by ${skew} ms`);
  const connectors = new Map(
    [...world.connections].map(([target, config]) => [target, openConnector(target, config, deps)]),
  );
  return { ...base, whenDead, connectors };
}
