import { useEffect, useState } from 'preact/hooks';
import type { Before, PlayView } from '../views.js';
import { troubleOf } from './load.js';
import { query } from './state.js';

/** How long a hand rests before what it wrote is played, milliseconds. */
const REST_MS = 120;

/** What playing came to last. */
export interface Played {
  readonly view: PlayView | undefined;
  readonly trouble: string | undefined;
  readonly ms: number | undefined;
}

/** Plays the event by the rules, once they are there, whenever one of them has changed. */
export function usePlay(
  event: string,
  rules: string | undefined,
  before: Before,
  n: number | undefined,
): Played {
  const [played, setPlayed] = useState<Played>({ view: undefined, trouble: undefined, ms: undefined });
  useEffect(() => {
    if (rules === undefined) return;
    let over = false;
    const timer = setTimeout(() => {
      const began = performance.now();
      query<PlayView>('/api/play', { event, rules, before, n }).then(
        (view) => {
          if (!over) setPlayed({ view, trouble: undefined, ms: performance.now() - began });
        },
        (error: unknown) => {
          if (!over) setPlayed({ view: undefined, trouble: troubleOf(error), ms: undefined });
        },
      );
    }, REST_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [event, rules, before, n]);
  return played;
}
