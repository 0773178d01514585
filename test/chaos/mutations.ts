import type { Mutation } from '../../local/chaos/world.js';
import { Fault, ok } from '../../shared/core/fault.js';
import { fingerprint } from '../../shared/core/fingerprint.js';
import type { StateStore, StateWrite } from '../../shared/core/ports.js';
import type { Action, Connector, Outcome } from '../../shared/core/remote.js';
import type { PersonState } from '../../shared/core/state.js';
import type { PipelineDeps } from '../../shared/pipeline/run.js';

/** The same pipeline with another way to the CRM. */
function withSend(deps: PipelineDeps, send: (inner: Connector) => Connector['send']): PipelineDeps {
  const connectors = [...deps.connectors].map(
    ([name, inner]) => [name, { ...inner, send: send(inner) }] as const,
  );
  return { ...deps, connectors: new Map(connectors) };
}

const withStore = (deps: PipelineDeps, store: Partial<StateStore>): PipelineDeps => ({
  ...deps,
  store: { ...deps.store, ...store },
});

const isCommit = (writes: readonly StateWrite[]): boolean => writes.some(({ state }) => !state.claim);

/** The state says "accepted" first, and then the rows are sent. */
export const commitsBeforeDelivery: Mutation = (deps) => {
  const waiting: (() => Promise<unknown>)[] = [];
  const sending = withSend(deps, (inner) => async (actions, signal) => {
    waiting.push(() => inner.send(actions, signal));
    return actions.map((): Outcome => ({ kind: 'accepted' }));
  });
  return withStore(sending, {
    async write(writes, signal, deadline) {
      const answers = await deps.store.write(writes, signal, deadline);
      if (isCommit(writes)) for (const send of waiting.splice(0)) await send();
      return answers;
    },
  });
};

/** Writes over whatever is there. */
export const ignoresVersions: Mutation = (deps) => {
  type Rest = readonly [signal?: AbortSignal | undefined, deadline?: number | undefined];
  const force = async (write: StateWrite, rest: Rest): ReturnType<StateStore['write']> => {
    for (;;) {
      const known = (await deps.store.read([write.id], ...rest)).get(write.id);
      if (known?.ok === false) throw known.fault;
      const answers = await deps.store.write([{ ...write, expected: known?.value.version }], ...rest);
      if (answers.every((answer) => answer.ok || answer.reason !== 'conflict')) return answers;
    }
  };
  return withStore(deps, {
    write: async (writes, ...rest) => (await Promise.all(writes.map((write) => force(write, rest)))).flat(),
  });
};

/** Takes the status of the whole answer for the outcome of each row in it. */
export const believesTheStatus: Mutation = (deps) =>
  withSend(deps, (inner) => async (actions, signal) => {
    const outcomes = await inner.send(actions, signal);
    // A row that failed by itself stood in an answer with status 200.
    const isRow = (one: Outcome): boolean =>
      (one.kind === 'rejected' && !one.whole) || (one.kind === 'retry' && one.scope === 'row');
    return outcomes.map((one): Outcome => (isRow(one) ? { kind: 'accepted' } : one));
  });

function remember(state: PersonState, sent: readonly Action[]): PersonState {
  const written = new Map(state.written);
  const unsure = new Set(state.unsure);
  for (const { object, key, fields } of sent) {
    const target = [...unsure].find(
      (name) => name.includes(`/${object}/`) && name.endsWith(Object.values(key).join()),
    );
    if (target === undefined) continue;
    unsure.delete(target);
    const hashes = Object.entries(fields).map(
      ([name, value]) => [name, { hash: fingerprint(value), at: 0 }] as const,
    );
    written.set(target, new Map([...(written.get(target) ?? []), ...hashes]));
  }
  return { ...state, written, unsure };
}

/** Remembers as written what was sent, whatever the answer. */
export const remembersWhatWasSent: Mutation = (deps) => {
  const sent: Action[] = [];
  const sending = withSend(deps, (inner) => async (actions, signal) => {
    sent.push(...actions);
    return inner.send(actions, signal);
  });
  return withStore(sending, {
    write: (writes, ...rest) =>
      deps.store.write(
        isCommit(writes) ? writes.map((one) => ({ ...one, state: remember(one.state, sent) })) : writes,
        ...rest,
      ),
  });
};

/** Takes no notice of anybody's lease. */
export const ignoresLeases: Mutation = (deps) =>
  withStore(deps, {
    async read(...args) {
      const states = await deps.store.read(...args);
      return new Map(
        [...states].map(([id, one]) => {
          if (!one.ok) return [id, one];
          return [id, ok({ ...one.value, state: { ...one.value.state, claim: undefined } })];
        }),
      );
    },
  });

/** The same pipeline, each state changed before it is written. */
const withStates = (change: (state: PersonState, id: string) => PersonState): Mutation => {
  return (deps) =>
    withStore(deps, {
      write: (writes, ...rest) =>
        deps.store.write(
          writes.map((one) => ({ ...one, state: change(one.state, one.id) })),
          ...rest,
        ),
    });
};

/** Forgets what the targets have accepted. */
export const forgetsAccepted = withStates((state) => ({ ...state, written: new Map(), accepted: new Map() }));

/** Gives an id that several persons share to the first of them. */
export const mergesShared = withStates((state) => ({ ...state, claimants: state.claimants.slice(0, 1) }));

/** Keeps nothing of what waits for a key. */
export const forgetsWaiting = withStates((state, id) =>
  id.startsWith('ecid:') && state.claimants.length === 0
    ? { ...state, standing: new Map(), values: new Map(), owed: [] }
    : state,
);

/** Keeps what waits for a key, and forgets what rules have not had their say about. */
export const forgetsOwed = withStates((state) => ({ ...state, owed: [] }));

/** Forgets that something was sent without an answer. */
export const isNeverUnsure = withStates((state) => ({ ...state, unsure: new Set<string>() }));

/** Takes some answers to calls for silence. */
const deaf =
  (isLost: (outcome: Outcome) => boolean): Mutation =>
  (deps) =>
    withSend(deps, (inner) => async (actions, signal) => {
      const outcomes = await inner.send(actions, signal);
      const fault = new Fault('remote.timeout', 'no answer');
      return outcomes.map((one, i): Outcome => {
        const isCall = actions[i]?.operation === 'send' && inner.isIdempotent(actions[i]) === false;
        return isCall && isLost(one) ? { kind: 'unknown', fault } : one;
      });
    });

/** Cannot tell of any call whether it was made. */
export const isAlwaysUnsure = deaf(() => true);

/** Believes that a call which was put off may have been made. */
export const doubtsPutOff = deaf(({ kind }) => kind === 'retry');

/** Forgets which changes have been made but not acted upon. */
export const losesBegun = withStates((state) => ({
  ...state,
  owed: state.owed.filter(({ seen, overtaken }) => seen === undefined && !overtaken),
}));

const drop = async (): Promise<void> => undefined;

/** Says that it keeps what can never succeed, and does not. */
export const losesDeadLetters: Mutation = (deps) => ({ ...deps, deadLetters: { bury: drop } });

/** Says that it parks, and does not. */
export const losesParked: Mutation = (deps) => ({ ...deps, parking: { park: drop } });
