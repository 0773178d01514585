import { quote } from '../core/names.js';
import type { RulesFile } from '../core/rules.js';
import { dimensionText } from '../metrics/dimension-text.js';
import type { PathFinding } from './places.js';

/** Connections that metrics cannot tell apart, because the clouds take ASCII only: each is told with the one before it. */
export function lintConnections({ connections }: Pick<RulesFile, 'connections'>): readonly PathFinding[] {
  const first = new Map<string, string>();
  return Object.keys(connections).flatMap((name) => {
    const series = dimensionText(name);
    const other = first.get(series);
    if (other === undefined) first.set(series, name);
    if (other === undefined) return [];
    const message = `metrics call it ${quote(series)}, and ${quote(other)} too: their numbers are added up; use names that differ in letters of ASCII`;
    return [{ code: 'check.one-series', path: ['connections', name], message }];
  });
}
