import type { AuditNote } from '../core/audit.js';
import { auditKeyOf, pageOf, personPage, signpostOf } from './names.js';

/** Notes of one page, where its row is known by an id of the target's own, and pages of rows that it is to lead to. */
export interface Pile {
  readonly notes: AuditNote[];
  readonly rows: Set<string>;
  signpost?: string;
}

/** Whether the state of the person may not tell of the row: nothing was written there that is known. */
const isUnwritten = ({ place, entry }: AuditNote): boolean =>
  place.kind === 'row' && ['rejected', 'absent', 'unanswered'].includes(entry.answer.kind);

/** Notes by the name of the page that they belong to; those of persons lead to rows that nothing else leads to. */
export function pilesOf(notes: readonly AuditNote[]): Map<string, Pile> {
  const piles = new Map<string, Pile>();
  const pileOf = (name: string): Pile => {
    const pile = piles.get(name) ?? { notes: [], rows: new Set<string>() };
    piles.set(name, pile);
    return pile;
  };
  for (const note of notes) {
    const name = pageOf(note.place);
    const pile = pileOf(name);
    pile.notes.push(note);
    if (note.remoteId !== undefined && note.place.kind === 'row')
      pile.signpost = signpostOf(note.place.connection, note.place.object, note.remoteId);
    if (isUnwritten(note))
      for (const { id } of note.persons) pileOf(personPage(auditKeyOf(id))).rows.add(name);
  }
  return piles;
}
