import type { ObjectStore } from './objects.js';

/** Objects in the memory of this process. */
export function memoryObjects(
  name: string,
  clock: { now(): number },
): ObjectStore & { names(): readonly string[] } {
  const objects = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>();
  return {
    place: `memory:${name}`,
    names: () => [...objects.keys()].sort(),
    async put(key, bytes) {
      objects.set(key, { bytes: Uint8Array.from(bytes), at: clock.now() });
    },
    get: async (key) => objects.get(key)?.bytes,
    async remove(key) {
      objects.delete(key);
    },
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) {
        const found = objects.get(key);
        if (found && key.startsWith(prefix)) yield { name: key, at: found.at };
      }
    },
  };
}
