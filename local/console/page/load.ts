import { useEffect, useState } from 'preact/hooks';
import { Unanswered } from './link.js';
import { query } from './state.js';

/** What was asked for, or why there is none. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly trouble: string | undefined;
  /** Asks again. */
  readonly again: () => void;
}

/** An error as people read it; others than those expected are thrown on. */
export function troubleOf(error: unknown): string {
  if (error instanceof Unanswered) return error.message;
  throw error;
}

/** Asks the server for what is at a path, again when the path or the mark changes; what was there stays until then. */
export function useLoaded<T>(path: string | undefined, mark: unknown = 0): Loaded<T> {
  const [value, setValue] = useState<T | undefined>(undefined);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const [turn, setTurn] = useState(0);
  useEffect(() => setValue(undefined), [path]);
  useEffect(() => {
    if (path === undefined) return;
    let over = false;
    query<T>(path).then(
      (found) => {
        if (over) return;
        setValue(found);
        setTrouble(undefined);
      },
      (error: unknown) => {
        if (!over) setTrouble(troubleOf(error));
      },
    );
    return () => {
      over = true;
    };
  }, [path, mark, turn]);
  return { value, trouble, again: () => setTurn(turn + 1) };
}
