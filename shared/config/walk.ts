import type { Action } from '../core/action-schema.js';
import type { Operation } from '../core/remote.js';
import type { RulesFile } from '../core/rules.js';
import type { FilePath } from '../core/scope.js';
import type { FieldSource, MatchSource } from '../core/source.js';
import { OPERATION_WORDS } from '../core/test-case.js';

/** An action where it stands in the file. */
export interface PlacedAction {
  readonly action: Action;
  readonly operation: Operation;
  /** The word of the file for the operation, which is also where its target stands. */
  readonly word: keyof typeof OPERATION_WORDS;
  readonly connection: string;
  readonly object: string;
  readonly list: string | undefined;
  readonly match: Readonly<Record<string, MatchSource>>;
  readonly set: Readonly<Record<string, FieldSource>>;
  readonly at: FilePath;
  /** Index of its rule; undefined for what is done when consent is withdrawn. */
  readonly rule: number | undefined;
  readonly part: 'do' | 'otherwise' | 'withdrawn';
}

// The keys of the table, which is closed.
const WORDS = Object.keys(OPERATION_WORDS) as (keyof typeof OPERATION_WORDS)[];

function placed(
  action: Action,
  at: FilePath,
  where: Pick<PlacedAction, 'rule' | 'part'>,
): readonly PlacedAction[] {
  const members: Readonly<Record<string, unknown>> = action;
  return WORDS.flatMap((word) => {
    const target = members[word];
    if (typeof target !== 'string') return [];
    const [connection = '', object = ''] = target.split('/');
    return {
      action,
      word,
      operation: OPERATION_WORDS[word],
      connection,
      object,
      list: 'list' in action ? action.list : undefined,
      match: 'match' in action ? action.match : {},
      set: 'set' in action ? action.set : {},
      at,
      ...where,
    };
  });
}

/** Every action of a file, in its order. */
export function actionsOf({ rules, consent }: RulesFile): readonly PlacedAction[] {
  const ofRules = rules.flatMap((rule, i) =>
    (['do', 'otherwise'] as const).flatMap((part) =>
      (rule[part] ?? []).flatMap((action, j) => placed(action, ['rules', i, part, j], { rule: i, part })),
    ),
  );
  const withdrawn = (consent?.withdrawn ?? []).flatMap((action, j) =>
    placed(action, ['consent', 'withdrawn', j], { rule: undefined, part: 'withdrawn' }),
  );
  return [...ofRules, ...withdrawn];
}
