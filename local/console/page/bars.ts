import { ENDINGS } from '../../../shared/core/ports.js';
import type { Second } from '../told.js';

/** A round number at or above the greatest value, even where that can be halved. */
export function ceiling(most: number): number {
  if (most <= 2) return 2;
  const step = 10 ** Math.floor(Math.log10(most));
  const found = [1, 2, 4, 6, 8, 10].find((times) => times * step >= most) ?? 10;
  return found * step;
}

/** Where bars are drawn: a second is one unit wide, from the second `from`; `top` reaches the height. */
export interface Frame {
  readonly from: number;
  readonly top: number;
  readonly height: number;
}

/** One path for each ending, in their order: bars stacked upon those of the endings before. Empty where there is nothing. */
export function bars(seconds: readonly Second[], { from, top, height }: Frame): readonly string[] {
  const bases = seconds.map(() => 0);
  return ENDINGS.map((_, ending) => {
    const parts = seconds.map(({ t, endings }, i) => {
      const value = endings[ending] ?? 0;
      const base = bases[i] ?? 0;
      bases[i] = base + value;
      if (value === 0) return '';
      const [y, tall] = [height - ((base + value) / top) * height, (value / top) * height];
      return `M${t - from + 0.1} ${y.toFixed(2)}h0.8v${tall.toFixed(2)}h-0.8z`;
    });
    return parts.join('');
  });
}
