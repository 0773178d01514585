import type { CompiledRules } from './compiled.js';
import { hearEdges, rulesAbout } from './match.js';
import type { PersonState } from './state.js';
import { newestOf } from './values.js';
import type { Transition } from './view.js';

/**
 * Edges with what is decided of them on the record that shows them: which rules have their say, by their conditions, by
 * where the person is, and by the rules that stop others. Whichever record carries out what is owed keeps to that. A rule
 * whose say depends on nothing but the edge needs no deciding, and what was decided before stays.
 */
export function decidedEdges(
  edges: readonly Transition[],
  key: string,
  view: PersonState,
  rules: CompiledRules,
): readonly Transition[] {
  const open = edges.map((edge) =>
    rulesAbout(edge, rules).filter(
      ({ id, open }) => (open || rules.hasStop) && edge.decided?.[id] === undefined,
    ),
  );
  if (open.every((asked) => asked.length === 0)) return edges;
  const { speeches, stop } = hearEdges({ key, view, now: newestOf(view) }, edges, rules);
  return edges.map((edge, i) => {
    const asked = open[i] ?? [];
    if (asked.length === 0) return edge;
    const own = speeches.filter((speech) => speech.edge === edge && speech.rule.order <= stop);
    const heard = new Set(own.map(({ rule }) => rule));
    const fresh = asked.map((rule) => [rule.id, heard.has(rule)]);
    return { ...edge, decided: { ...edge.decided, ...Object.fromEntries(fresh) } };
  });
}
