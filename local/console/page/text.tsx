import type { Json } from '../../../shared/core/ports.js';
import { clipped, visible } from './format.js';

const MOST = 2_000;

/** A text from outside: never markup, and what it does to the direction of writing ends with it. */
export function Text({ value, most = MOST }: { readonly value: string; readonly most?: number }) {
  const { text, more } = clipped(value, most);
  return (
    <bdi>
      {visible(text)}
      {more > 0 && <span class="dim"> … {more} more</span>}
    </bdi>
  );
}

/** A JSON value as people read it; texts bare where that is clear. */
export function Value({ value }: { readonly value: Json | undefined }) {
  if (value === undefined) return <span class="dim">nothing</span>;
  const bare = typeof value === 'string' && /^[^\s"].*[^\s"]$|^[^\s"]$/su.test(value);
  return (
    <code class="value">
      <Text value={bare ? value : JSON.stringify(value)} />
    </code>
  );
}
