/** Virtual time. Things happen in the order of their instants, and between two of them everything that can run does. */
export interface Timeline {
  /** Epoch milliseconds, with fractions. */
  now(): number;
  after(ms: number, act: () => void): void;
  /** Rejects at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** How many things have happened so far. */
  happened(): number;
  /** Lets time pass until it is over, until nothing is left to happen (`idle`), or until an instant (`late`). */
  play(isOver: () => boolean, until: number): Promise<'over' | 'idle' | 'late'>;
}

interface Appointment {
  readonly at: number;
  /** Appointments of one instant keep the order in which they were made. */
  readonly turn: number;
  readonly act: () => void;
}

const isBefore = (a: Appointment, b: Appointment): boolean =>
  a.at < b.at || (a.at === b.at && a.turn < b.turn);

function push(heap: Appointment[], one: Appointment): void {
  let place = heap.length;
  heap.push(one);
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(one, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = one;
}

/** The earlier of two children of a place, or nothing at the bottom. */
function childOf(heap: readonly Appointment[], place: number): number | undefined {
  const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
  if (left === undefined) return undefined;
  return right !== undefined && isBefore(right, left) ? 2 * place + 2 : 2 * place + 1;
}

function pop(heap: Appointment[]): Appointment | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let place = 0;
  for (let below = childOf(heap, 0); below !== undefined; below = childOf(heap, place)) {
    const child = heap[below];
    if (child === undefined || !isBefore(child, last)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = last;
  return first;
}

/** Every promise that can settle has settled, and everything that waited for one has run. */
const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that begins at an instant and passes only while it is played. */
export function createTimeline(start: number): Timeline {
  const heap: Appointment[] = [];
  let now = start;
  let turn = 0;
  let happened = 0;
  const after = (ms: number, act: () => void): void => push(heap, { at: now + ms, turn: turn++, act });
  return {
    now: () => now,
    after,
    happened: () => happened,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => reject(signal?.reason);
        if (signal?.aborted) return stop();
        signal?.addEventListener('abort', stop, { once: true });
        after(ms, () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
      }),
    async play(isOver, until) {
      for (;;) {
        await drained();
        if (isOver()) return 'over';
        const next = heap[0];
        if (next === undefined) return 'idle';
        if (next.at > until) return 'late';
        pop(heap);
        now = next.at;
        happened += 1;
        next.act();
      }
    },
  };
}
