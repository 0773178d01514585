import type { Clock } from '../../core/ports.js';
import type { Comparison } from './comparison.js';
import type { Limits } from './deps.js';

/** How often the position is kept, milliseconds. */
const SAVE_MS = 60_000;
/** Kept back of the time for writing down what was found, milliseconds. */
const MARGIN_MS = 15_000;

/** One invocation's work on a comparison: how far it is, and how much time is left. */
export class ComparisonTurn {
  /** As it was kept last. */
  state: Comparison;
  private saved: number;
  private readonly keep: (state: Comparison) => Promise<void>;
  private readonly clock: Pick<Clock, 'now'>;
  private readonly limits: Limits;

  constructor(
    state: Comparison,
    keep: (state: Comparison) => Promise<void>,
    clock: Pick<Clock, 'now'>,
    limits: Limits,
  ) {
    this.state = state;
    this.keep = keep;
    this.clock = clock;
    this.limits = limits;
    this.saved = clock.now();
  }

  /** Whether it is time to stop. */
  get isOver(): boolean {
    return this.clock.now() + MARGIN_MS >= this.limits.deadline || this.limits.stop?.aborted === true;
  }

  /** Whether it is time to keep the position. */
  get isDue(): boolean {
    return this.clock.now() - this.saved >= SAVE_MS;
  }

  async put(state: Comparison): Promise<void> {
    this.state = state;
    await this.keep(state);
    this.saved = this.clock.now();
  }

  /** Keeps the position where it is when it is time to, and with it what would run out; says whether to go on. */
  async mayGoOn(): Promise<boolean> {
    if (this.isDue) await this.put(this.state);
    return !this.isOver;
  }
}
