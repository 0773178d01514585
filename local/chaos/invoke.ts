import type { Message, Settlement } from '../../shared/core/ports.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { type Span, within } from './chance.js';
import type { Host, Invocation } from './host.js';
import { connectorPort, lettersPort, parkingPort, storePort } from './ports.js';
import type { World } from './world.js';

/** What a platform allows one delivery. */
export interface Allowance {
  readonly redelivers: boolean;
  /** No new work after so long, and killed after so long, milliseconds. */
  readonly workMs: number;
  readonly killMs: number;
}

const SOON: Span = [1, 20_000];

const silent = { write: () => undefined };

function depsOf(world: World, invocation: Invocation): PipelineDeps {
  const { host } = invocation;
  const { books, waits, rules, next } = world;
  return world.mutate({
    rules,
    store: storePort(world, invocation),
    connectors: new Map([['sales', connectorPort(world, invocation)]]),
    parking: parkingPort(world, invocation),
    deadLetters: lettersPort(world, invocation),
    clock: host.clock,
    log: silent,
    observer: { batch: books.batch, delivery: () => undefined },
    inflate,
    newId: () => `run-${next()}`,
    random: () => waits.next(),
    pseudonym: (person) => person,
    // How a record ends that was parked too often has tests of its own; here all of them must come through.
    patience: { attempts: Number.POSITIVE_INFINITY, ms: Number.POSITIVE_INFINITY },
  });
}

function told(settlements: readonly Settlement[]): string {
  return settlements
    .map(({ id, endings }) => `${id} ${endings.map(({ name }) => name).join('+')}`)
    .join(', ');
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

/**
 * Delivers a batch to a process. Gives its settlements, or nothing when the process died or the pipeline threw: then
 * the platform knows of nothing that was done.
 */
export function invoke(
  world: World,
  host: Host,
  messages: readonly Message[],
  { redelivers, workMs, killMs }: Allowance,
): Promise<readonly Settlement[] | undefined> {
  const { faults, story, books, next } = world;
  const invocation: Invocation = { name: `${host.name}/${next()}`, host, isOver: false };
  story.tell(
    () => `${invocation.name} gets ${messages.map(({ source, id }) => `${source} ${id}`).join(', ')}`,
  );
  const options = { redelivers, deadline: host.clock.now() + workMs };
  return new Promise((resolve) => {
    const over = (settlements: readonly Settlement[] | undefined): void => {
      if (invocation.isOver) return;
      invocation.isOver = true;
      stop();
      resolve(settlements);
    };
    const stop = host.whenDead(() => over(undefined));
    killLater(world, invocation, killMs);
    createPipeline(depsOf(world, invocation))
      .run(messages, options)
      .then(
        (settlements) => {
          story.tell(() => `${invocation.name} answers ${told(settlements)}`);
          if (faults.strike('source.answer-lost', invocation.name)) host.die('before its answer arrived');
          else over(settlements);
        },
        (error: unknown) => {
          if (host.isAlive()) books.threw(error);
          over(undefined);
        },
      );
  });
}
