import { Fault } from '../../core/fault.js';
import type { FileBytes } from '../ports.js';
import { innerName, isStump, type Layer, layerOf } from './layer-kinds.js';
import { headOf, inPieces, type Plain } from './plain.js';
import { refused } from './refused.js';
import type { DecryptKey, TableLimits } from './settings.js';

/** Nobody wraps a file more often. */
const MOST_LAYERS = 4;

/** A file without its layers, and what they were, the outermost first. */
export interface Unwrapped extends Plain {
  readonly layers: readonly string[];
}

/** The bytes with one layer undone; what the layer's own code throws is said in our words. */
async function* without(layer: Layer, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let lost: { readonly cause: unknown } | undefined;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } catch (cause) {
      lost = { cause };
      throw cause;
    }
  }
  try {
    yield* layer.undo(watched());
  } catch (error) {
    // Whatever is made of it on its way: the source's own fault is what happened.
    if (lost) throw lost.cause;
    if (error instanceof Fault) throw error;
    throw refused(`the file cannot be read to its end as ${layer.name}: ${reasonOf(error)}`, error);
  }
}

const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return /session key|No decryption key packets/i.test(text)
    ? 'it is encrypted for another key than those of `decrypt`'
    : `it was cut off or damaged (${text})`;
};

/** The same bytes, as long as there are not far more of them than the file's own. */
async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  limits: TableLimits,
): AsyncGenerator<Uint8Array> {
  const most = Math.min(limits.plainBytes, Math.max(limits.freeBytes, size * limits.ratio));
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most)
      throw refused(
        `the file of ${size} bytes becomes more than ${most} once decompressed, which no export does`,
      );
    yield chunk;
  }
}

function through(bytes: FileBytes, layers: readonly Layer[], limits: TableLimits): AsyncIterable<Uint8Array> {
  return layers.reduce<AsyncIterable<Uint8Array>>(
    // Every layer is bounded: what one gives too much of, the next would have to swallow; and so with pieces that are too short.
    (chunks, layer) => inPieces(bounded(without(layer, chunks), bytes.size, limits)),
    bytes.open(),
  );
}

/** Finds out what a file is wrapped in, by its first bytes, layer by layer. Throws `file.refused` if one cannot be undone. */
export async function unwrapped(
  bytes: FileBytes,
  keys: readonly DecryptKey[],
  limits: TableLimits,
): Promise<Unwrapped> {
  const layers: Layer[] = [];
  let { name } = bytes;
  for (;;) {
    const head = await headOf(through(bytes, layers, limits));
    const layer = layerOf(head, name, keys);
    if (!layer) {
      if (isStump(head, name)) throw refused('the file ends too soon: it was cut off');
      const open = (): AsyncGenerator<Uint8Array> => inPieces(through(bytes, layers, limits));
      return { head, open, layers: layers.map((one) => one.name) };
    }
    if (layers.length === MOST_LAYERS) throw refused(`the file is wrapped more than ${MOST_LAYERS} times`);
    layers.push(layer);
    name = innerName(name);
  }
}
