import type { Readable } from 'node:stream';

/** The pieces of a Node stream, as they are asked for; it is destroyed when the signal aborts or nobody reads on. */
export function piecesOf(stream: Readable, signal: AbortSignal): AsyncIterable<Uint8Array> {
  // What goes wrong is met where the pieces are asked for; what goes wrong later is nobody's business.
  stream.on('error', () => undefined);
  const stop = (): void => void stream.destroy();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', stop));
  // Nobody sets an encoding, so every piece is bytes.
  return stream as AsyncIterable<Uint8Array>;
}
