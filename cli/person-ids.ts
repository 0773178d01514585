import type { CompiledRules } from '../shared/core/compiled.js';

/** Under which ids somebody with this key may be known: a value alone, or with its entry of `person.key`. */
export function idsOf(key: string, { keys }: Pick<CompiledRules, 'keys'>): readonly string[] {
  const whole = keys.filter(({ text }) => key.toLowerCase().startsWith(`${text}:`));
  const named = whole.map(({ text }) => `${text}:${key.slice(text.length + 1)}`);
  return [...new Set([...named, ...keys.map(({ text }) => `${text}:${key}`)])];
}
