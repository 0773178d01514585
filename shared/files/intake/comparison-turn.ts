import type { Clock } from '../../core/ports.js';
import type { Comparison } from './comparison.js';
import type { Limits } from './deps.js';
import { lateBy } from './late.js';

/** How often the position is kept, milliseconds. */
const SAVE_MS = 60_000;

/** One invocation's work on a comparison: how far it is, and how much time is left. */
export class ComparisonTurn {
  /** As it was kept last. */
  state: Comparison;
  private saved: number;
  private readonly keep: (state: Comparison) => Promise<void>;
  private readonly clock: Pick<Clock, 'now'>;
  private readonly isLate: () => boolean;

  constructor(
    state: Comparison,
    keep: (state: Comparison) => Promise<void>,
    clock: Pick<Clock, 'now'>,
    limits: Limits,
  ) {
    this.state = state;
    this.keep = keep;
    this.clock = clock;
    this.isLate = lateBy(clock, limits);
    this.saved = clock.now();
  }

  /** Whether it is time to stop. */
  get isOver(): boolean {
    return this.isLate();
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
