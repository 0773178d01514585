import type { CompiledAction, CompiledRule, CompiledRules } from './compiled.js';
import type { Draft } from './fold.js';
import type { Hearing } from './match.js';
import { addressOf, type PlannedAction } from './plan.js';
import type { Json } from './ports.js';
import type { Sight } from './scope.js';

/** Where the value of a field comes from. */
export interface FieldNews {
  readonly name: string;
  readonly value: Json;
  /** The rule that won; undefined for what is done when consent is withdrawn. */
  readonly rule: string | undefined;
  /** False when what was written there stands on something newer. */
  readonly sent: boolean;
  /** What other rules wanted, in the order of the file. */
  readonly lost: readonly { readonly rule: string; readonly value: Json }[];
}

/** What became of one action the rules want. */
export interface ActionNews {
  readonly action: PlannedAction;
  /** False when the target holds all of it already. */
  readonly sent: boolean;
  readonly fields: readonly FieldNews[];
}

/** One value that one rule wants written in one place. */
export interface Wish {
  readonly target: string;
  readonly name: string;
  readonly rule: CompiledRule;
  readonly value: Json;
}

/** What every rule that was heard wants written, and where. */
export function wishesOf({ speeches, stop }: Hearing, sight: Sight): readonly Wish[] {
  const wishes: Wish[] = [];
  const wish = (rule: CompiledRule, action: CompiledAction, constants: boolean): void => {
    const target = addressOf(action.row, sight)?.target;
    for (const field of action.fields) {
      const value = field.constant && !constants ? undefined : field.live.read(sight);
      if (target === undefined || value === undefined) continue;
      wishes.push({ target, name: action.row.slots[field.slot] ?? '', rule, value });
    }
  };
  for (const { rule, actions, occasion } of speeches)
    if (rule.order <= stop) for (const action of actions) wish(rule, action, occasion.constants !== 'never');
  return wishes;
}

/** Where the fields of a planned action come from, and which of them are sent. */
export function actionNews(
  action: PlannedAction,
  draft: Draft,
  wishes: readonly Wish[],
  rules: CompiledRules,
): ActionNews {
  const sent = draft.actions.find(({ target }) => target === action.target);
  const fields = [...action.fields].map(([name, field]): FieldNews => {
    const winner = rules.rules[field.rule];
    const lost = wishes
      .filter((wish) => wish.target === action.target && wish.name === name && wish.rule !== winner)
      .map(({ rule, value }) => ({ rule: rule.name, value }));
    return { name, value: field.value, rule: winner?.name, sent: sent?.fields.has(name) ?? false, lost };
  });
  return { action, sent: sent !== undefined, fields };
}
