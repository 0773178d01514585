import { proposal } from '../../core/names.js';
import type { ShapeOptions } from './file-shape.js';
import { shownName } from './long-names.js';
import type { Column } from './row-body.js';

/** Most names that a sentence lists, and sentences about single columns. */
const SHOWN = 50;

/** What the report on a file should say of its columns, in sentences. */
export function columnNotes(
  columns: readonly Column[],
  { rule, audience, vocabulary }: Pick<ShapeOptions, 'rule' | 'audience' | 'vocabulary'>,
): readonly string[] {
  const headers = columns.map(({ header }) => header);
  const missing = Object.keys(rule.columns).filter((header) => !headers.includes(header));
  const unread: string[] = [];
  const unsure: string[] = [];
  for (const { header, meaning } of columns) {
    if (meaning.kind !== 'unknown') continue;
    if (meaning.choices === undefined) unread.push(shownName(header));
    else
      unsure.push(
        `the column ${shownName(header)} may be ${meaning.choices.join(' or ')}; say under columns which it is`,
      );
  }
  const more = unread.length > SHOWN ? ` and ${unread.length - SHOWN} more` : '';
  return [
    ...(unread.length > 0
      ? [`read by no rule: the columns ${unread.slice(0, SHOWN).join(', ')}${more}`]
      : []),
    ...unsure.slice(0, SHOWN),
    ...missing.map((header) => {
      const meant = proposal(header, headers);
      return `there is no column ${shownName(header)}, of which the rule speaks${meant ? `; ${meant}` : ''}`;
    }),
    ...(audience && !vocabulary.audiences.isDeclared(audience)
      ? [`no rule is about the audience of this file, ${audience.namespace}/${audience.id}`]
      : []),
  ];
}
