/** What the account can be told to do wrong; `count` times, or until told to behave. */
export type Misbehaviour = { readonly count?: number; readonly path?: RegExp } & (
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'html'; readonly status: number }
  /** Nothing is answered, before or after the work is done. */
  | { readonly kind: 'reset' | 'hang'; readonly when: 'before' | 'after' }
  /** Ends the access token of the request that arrives. */
  | { readonly kind: 'expire-token' }
  /** Refuses a row for good, by its id. */
  | { readonly kind: 'refuse-row'; readonly id: string; readonly error: string }
  /** Does a row and forgets to mention it. */
  | { readonly kind: 'forget-row'; readonly id: string }
  /** Does the batch and says that it is still at it. */
  | { readonly kind: 'pending' }
);

type Kind = Misbehaviour['kind'];
type Of<K extends Kind> = Extract<Misbehaviour, { kind: K }>;

/** The misbehaviours in force. */
export interface Misbehaviours {
  add(fault: Misbehaviour): void;
  clear(): void;
  /** The first one of a kind that applies to a path; taking it uses up one of its `count`. */
  take<K extends Kind>(kind: K, path: string, applies?: (fault: Of<K>) => boolean): Of<K> | undefined;
}

/** An account that behaves, until told otherwise. */
export function createMisbehaviours(): Misbehaviours {
  let active: { readonly fault: Misbehaviour; left: number }[] = [];
  return {
    add(fault) {
      active.push({ fault, left: fault.count ?? Number.POSITIVE_INFINITY });
    },
    clear() {
      active = [];
    },
    take<K extends Kind>(kind: K, path: string, applies: (fault: Of<K>) => boolean = () => true) {
      const isIt = (fault: Misbehaviour): fault is Of<K> =>
        fault.kind === kind && (fault.path ?? /^/).test(path);
      for (const entry of active) {
        if (!isIt(entry.fault) || !applies(entry.fault)) continue;
        entry.left -= 1;
        if (entry.left <= 0) active = active.filter((other) => other !== entry);
        return entry.fault;
      }
      return undefined;
    },
  };
}
