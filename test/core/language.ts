import { toAction } from '../../shared/core/action.js';
import type { CompiledRules } from '../../shared/core/compiled.js';
import { type FoldRecord, fold } from '../../shared/core/fold.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { rulesOf } from '../support/fakes.js';
import { accepted } from './accepted.js';
import { deepFreeze, memberships, profileOf, START } from './persons-records.js';

/** Rules with audiences w, x, y (ups) and v (other), connections sales (may delete) and chat. */
export const compiled = (rules: readonly object[], more: object = {}): CompiledRules =>
  deepFreeze(
    rulesOf({
      audiences: { w: 'w', x: 'x', y: 'y', v: { id: 'v', namespace: 'Other' } },
      person: { key: ['crmid'] },
      connections: { sales: { type: 'fake', allow: ['delete'] }, chat: { type: 'fake' } },
      rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })),
      ...more,
    }),
  );

export const contact = (set: object, word = 'upsert'): object => ({
  [word]: 'sales/Contact',
  match: { Id: '$key' },
  set,
});

/** One record, `ms` after START: memberships (`+x` a member, `-x` no longer one, as of the record) and attributes. */
export function record(ms: number, said: string, attributes: object = {}): FoldRecord {
  const at = START + ms;
  const list = said
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => [word.slice(1), [word.startsWith('+') ? 'realized' : 'exited', at] as const]);
  return {
    profile: deepFreeze(profileOf({ ...memberships(Object.fromEntries(list)), ...attributes })),
    key: 'C-1',
    at,
  };
}

/** What each record, accepted one after another, has sent: `operation target {fields}`. */
export function sentBy(rules: CompiledRules, ...records: readonly FoldRecord[]): string[][] {
  let state: PersonState = EMPTY_STATE;
  return records.map((one) => {
    const draft = fold(deepFreeze(state), [one], rules);
    state = accepted(state, draft);
    return draft.actions.map((action) => {
      const { operation, connection, object, list, fields } = toAction(action);
      const place = list === undefined ? object : `${object}#${list}`;
      return `${operation} ${connection}/${place} ${JSON.stringify(fields)}`;
    });
  });
}
