/** What the environment can be told to do wrong: `count` times, or until told to behave. */
export type Misbehaviour = { readonly count?: number } & (
  | { readonly kind: 'answer'; readonly status: number; readonly code?: string; readonly retryAfter?: number }
  | { readonly kind: 'html'; readonly status: number }
  /** No answer: before anything was done, or after all of it was; `path` is the end of the paths it concerns. */
  | { readonly kind: 'hang' | 'reset'; readonly when: 'before' | 'after'; readonly path?: string }
  | { readonly kind: 'expire-token' }
  /** Logging in fails. */
  | { readonly kind: 'locked-out' }
  /** Another transaction holds the row; any row without a key. */
  | { readonly kind: 'lock-row'; readonly key?: string }
  /** A plug-in refuses the row. */
  | { readonly kind: 'refuse-key'; readonly key: string }
  /** The answer to a batch ends early, by so many parts. */
  | { readonly kind: 'drop-parts'; readonly parts: number }
  /** `odata.continue-on-error` is not honoured. */
  | { readonly kind: 'stop-at-error' }
  /** The application user lacks a privilege: `prvWritecontact`. */
  | { readonly kind: 'lack'; readonly privilege: string }
);
type Kind = Misbehaviour['kind'];
type Of<K extends Kind> = Extract<Misbehaviour, { readonly kind: K }>;

/** The misbehaviours in force. */
export interface Misbehaviours {
  add(fault: Misbehaviour): void;
  clear(): void;
  /** The first one of a kind that applies; taking it uses up one of its `count`. */
  take<K extends Kind>(kind: K, applies?: (fault: Of<K>) => boolean): Of<K> | undefined;
  list(): readonly Misbehaviour[];
}

/** An environment that behaves, until told otherwise. */
export function createMisbehaviours(): Misbehaviours {
  let active: { readonly fault: Misbehaviour; left: number }[] = [];
  return {
    add: (fault) => void active.push({ fault, left: fault.count ?? Number.POSITIVE_INFINITY }),
    clear() {
      active = [];
    },
    take<K extends Kind>(kind: K, applies: (fault: Of<K>) => boolean = () => true) {
      const isIt = (fault: Misbehaviour): fault is Of<K> => fault.kind === kind;
      for (const entry of active) {
        const { fault } = entry;
        if (!isIt(fault) || !applies(fault)) continue;
        entry.left -= 1;
        if (entry.left <= 0) active = active.filter((other) => other !== entry);
        return fault;
      }
      return undefined;
    },
    list: () => active.map(({ fault }) => fault),
  };
}
