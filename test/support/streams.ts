import type { Message, StateStore } from '../../shared/core/ports.js';
import type { Connector } from '../../shared/core/remote.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';

/** A stream: batches in order, each repeated until every message is settled. */
export async function consume(deps: PipelineDeps, stream: readonly Message[][]): Promise<void> {
  const pipeline = createPipeline(deps);
  for (const batch of stream) {
    for (let left: readonly Message[] = batch, tries = 0; left.length > 0; tries++) {
      if (tries > 50) throw new Error('the batch never settles');
      const settlements = await pipeline.run(left, { redelivers: true });
      const first = settlements.findIndex(({ settled }) => !settled);
      left = first < 0 ? [] : left.slice(first);
    }
  }
}

class Crash extends Error {}

/** After how many calls to the outside the process dies, and how much of that call is done. */
export interface Fuse {
  readonly calls: number;
  /** Of the last call: nothing, all, or so many of the writes in it. */
  readonly done: number;
}

/** The same dependencies in a process that dies. */
function mortal(deps: PipelineDeps, { calls, done }: Fuse): PipelineDeps {
  let left = calls;
  const dies = (): boolean => {
    left -= 1;
    return left === 0;
  };
  const lasts = async <R>(call: () => Promise<R>): Promise<R> => {
    if (left <= 0) throw new Crash();
    const last = dies();
    if (last && done === 0) throw new Crash();
    const answer = await call();
    if (last) throw new Crash();
    return answer;
  };
  const store: StateStore = {
    kind: deps.store.kind,
    read: (...args) => lasts(() => deps.store.read(...args)),
    // A store writes one person after another: a process may die among them.
    write: (writes, ...rest) =>
      lasts(() => deps.store.write(left === 0 ? writes.slice(0, done) : writes, ...rest)),
  };
  const connectors = [...deps.connectors].map(([name, inner]): [string, Connector] => [
    name,
    { ...inner, send: (...args) => lasts(() => inner.send(...args)) },
  ]);
  return { ...deps, store, connectors: new Map(connectors) };
}

/** Consumes a stream in processes that die one after another; then leases run out, and one lives. */
export async function consumeDying(
  deps: PipelineDeps & { readonly clock: { advance(ms: number): void } },
  stream: readonly Message[][],
  fuses: readonly Fuse[],
): Promise<void> {
  for (const fuse of fuses) {
    await consume(mortal(deps, fuse), stream).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    deps.clock.advance(200_000);
  }
  await consume(deps, stream);
}
