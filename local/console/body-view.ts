import { LIMITS } from '../../shared/core/envelope.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import type { BodyView } from './views.js';

/** Most characters of a body that are shown. */
const MOST = 100_000;

const cut = (text: string): BodyView => ({ text: text.slice(0, MOST), cut: text.length > MOST });

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A message's body as text, JSON laid out for reading, gzip undone; bytes that are no text lose what cannot be read. */
export function bodyView(body: unknown): BodyView {
  if (typeof body === 'string') return cut(pretty(body));
  if (!(body instanceof Uint8Array)) return cut(JSON.stringify(body, null, 2) ?? '');
  const zipped = body[0] === 0x1f && body[1] === 0x8b ? inflate(body, LIMITS.inflatedBytes) : undefined;
  return cut(pretty(new TextDecoder().decode(zipped?.ok ? zipped.value : body)));
}
