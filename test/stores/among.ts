import type { StateStore } from '../../shared/core/ports.js';

/** Persons of one run are nobody's of another, on the same table. */
export const among = (run: number, store: StateStore): StateStore => {
  const own = (id: string): string => `${run} ${id}`;
  return {
    ...store,
    async read(ids, signal, deadline) {
      const states = await store.read(ids.map(own), signal, deadline);
      return new Map([...states].map(([id, state]) => [id.slice(own('').length), state]));
    },
    write: (writes, signal, deadline) =>
      store.write(
        writes.map((write) => ({ ...write, id: own(write.id) })),
        signal,
        deadline,
      ),
  };
};
