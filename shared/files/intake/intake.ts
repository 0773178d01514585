import { type Arrival, ordersFor } from './arrivals.js';
import type { IntakeDeps, Limits } from './deps.js';
import { jsonIn, readOrder, sendOrders } from './order.js';
import { intakePages } from './pages.js';
import { createFileWork } from './worker.js';

/** Finds files and orders work on them. */
export interface Lookout {
  /** Puts news of files into the files queue. */
  arrive(arrivals: readonly Arrival[]): Promise<void>;
  /** Looks through every place for files nobody has been sent to. */
  poll(): Promise<void>;
}

/** The intake of files of a deployment, as platforms call it. */
export interface Intake extends Lookout {
  /**
   * Works on one message of the files queue. When it resolves the message may be forgotten; when it throws the platform
   * must show it again. `park.format` for a message that is none of ours.
   */
  take(body: Uint8Array, limits: Limits): Promise<void>;
}

/** Puts the lookout together. */
export function createLookout(
  deps: Pick<IntakeDeps, 'sources' | 'store' | 'queue' | 'clock' | 'log'>,
): Lookout {
  const pages = intakePages(deps);
  return {
    async arrive(arrivals) {
      const orders = ordersFor(arrivals, deps.sources);
      await sendOrders(deps.queue, orders);
      deps.log.write('info', 'file.arrived', { told: arrivals.length, ordered: orders.length });
    },
    // Whoever works on orders never polls: what every cold start reads stays small.
    poll: async () => (await import('./poll.js')).pollSources(pages, deps),
  };
}

/** Puts the intake of files together. */
export function createIntake(deps: IntakeDeps): Intake {
  const work = createFileWork(deps);
  return {
    ...createLookout(deps),
    async take(body, limits) {
      const order = readOrder(jsonIn(body));
      if (!order.ok) throw order.fault;
      await work(order.value, limits);
    },
  };
}
