import type { Clock } from '../../shared/core/ports.js';

/** Turns of the event loop in which everybody who can go on does, before time moves on to the next who sleeps. */
const TURNS = 20;

/** A clock on which sleepers sleep side by side: time moves on to the next one to wake only when nobody has anything to do. */
export function timeline(start = 1_790_000_000_000): Clock & { advance(ms: number): void } {
  let now = start;
  let moving = false;
  const sleepers: { readonly wake: number; readonly resolve: () => void }[] = [];
  const move = async (): Promise<void> => {
    moving = true;
    while (sleepers.length > 0) {
      for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
      sleepers.sort((a, b) => a.wake - b.wake);
      const next = sleepers.shift();
      now = Math.max(now, next?.wake ?? 0);
      next?.resolve();
    }
    moving = false;
  };
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        sleepers.push({ wake: now + ms, resolve });
        if (!moving) void move();
      }),
  };
}
