import type { AuditNote, AuditPages } from '../core/audit.js';
import type { Attempt } from './attempt.js';
import type { Noting } from './audit-facts.js';
import { actionNotes, isTelling, placeOf, quietNote } from './audit-notes.js';
import type { Run } from './run.js';

/** Begins to look up what is kept of why the rows, that are about to change, changed before; nothing where there is no audit. */
export function openAudit(attempts: readonly Attempt[], run: Run): AuditPages | undefined {
  if (!run.audit) return undefined;
  const rows = attempts.flatMap(({ draft }) => draft.actions.map(placeOf));
  const persons = attempts.filter(isTelling).map(({ work: { id } }) => ({ kind: 'person' as const, id }));
  return run.audit.open([...rows, ...persons]);
}

const notingOf = ({ deps }: Run): Noting => ({
  rules: deps.rules,
  values: deps.audit?.values ?? false,
  now: deps.clock.now(),
  pseudonym: deps.pseudonym,
});

/** Adds notes. What gets lost is counted and logged, and changes nothing about how anything ends. */
async function add(pages: AuditPages, notes: readonly AuditNote[], run: Run): Promise<void> {
  const lost = await pages.add(notes);
  if (!lost) return;
  run.counts.auditLost += lost.notes;
  run.deps.log.write('warn', 'audit.lost', { code: lost.code, count: lost.notes });
}

/** Writes down what the targets answered. */
export async function noteAnswers(
  attempts: readonly Attempt[],
  pages: AuditPages | undefined,
  run: Run,
): Promise<void> {
  if (pages) await add(pages, actionNotes(attempts, notingOf(run)), run);
}

/** Writes down of persons whose records have ended that nothing came of them, and why. */
export async function noteQuiet(
  attempts: readonly Attempt[],
  pages: AuditPages | undefined,
  run: Run,
): Promise<void> {
  if (!pages) return;
  const noting = notingOf(run);
  await add(
    pages,
    attempts.filter(isTelling).map((one) => quietNote(one, noting)),
    run,
  );
}
