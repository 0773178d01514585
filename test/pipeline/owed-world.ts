import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { EndingName, Message } from '../../shared/core/ports.js';
import type { Action, Connector, Outcome } from '../../shared/core/remote.js';
import type { PersonState } from '../../shared/core/state.js';
import { toMessage } from '../../shared/pipeline/replay.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

// Two targets, one of which can fail alone, and a person whose edges are owed because of it.

export const DAY = 86_400_000;
export const T0 = 1_790_000_000_000;

export const rule = (name: string, when: object, ...actions: object[]) => ({ name, when, do: actions });
export const contact = rule(
  'contact',
  { member: 'hot' },
  { upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' } } },
);
export const cart = (change: 'entered' | 'left', value: string) =>
  rule(
    `cart ${change}`,
    { [change]: 'hot' },
    { upsert: 'desk/State', match: { Id: '$key' }, set: { Cart: { value } } },
  );
/** A call that says by which change it was caused. */
export const call = (change: string, more: object = {}) => ({
  ...rule(
    `call ${change}`,
    { [change]: 'hot' },
    { send: 'desk/Call', set: { who: '$key', what: { value: change } } },
  ),
  ...more,
});
export const of = (rules: object[], more: object = {}) =>
  rulesOf({
    audiences: { hot: 'hot-1', cold: 'cold-1' },
    person: { key: ['crmid', 'email'] },
    connections: { sales: { type: 'fake' }, desk: { type: 'fake' } },
    rules,
    ...more,
  });

let ids = 0;
const member = (id: string, second: number, status: string) => ({
  [id]: { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` },
});
/** A record that says this of one audience: `hot`, unless told otherwise. */
export const says = (second: number, status: string, more: object = {}, at = T0, audience = 'hot-1') => {
  ids += 1;
  const segmentMembership = { ups: member(audience, second, status) };
  const body = { identityMap: { crmid: [{ id: 'C-1' }] }, segmentMembership, ...more };
  return message(`m${ids}`, body, at + ids);
};
/** The same of the other audience. */
export const saysCold = (second: number, status: string): Message => says(second, status, {}, T0, 'cold-1');

export const as = (...identities: (readonly [string, string])[]) => ({
  identityMap: Object.fromEntries(identities.map(([namespace, id]) => [namespace, [{ id }]])),
});
export const mail = ['email', 'ada@example.com'] as const;
export const crmid = ['crmid', 'C-1'] as const;

export const busy: Outcome = {
  kind: 'retry',
  scope: 'row',
  fault: new Fault('remote.row-busy', 'locked'),
};
export const down: Outcome = {
  kind: 'retry',
  scope: 'connection',
  fault: new Fault('remote.unavailable', '503'),
};
export const refused: Outcome = { kind: 'rejected', code: 'NO', text: 'no' };
export const silence: Outcome = { kind: 'unknown', fault: new Fault('remote.timeout', 'no answer') };

/** Two targets by two names that answer as they are told, object by object, or die. */
export function world(rules: ReturnType<typeof of>, { keys = true, attempts = 1 } = {}) {
  const how: { answers: { [object: string]: Outcome | undefined }; dies: boolean } = {
    answers: {},
    dies: false,
  };
  const inner = fakeCrm({ answer: ({ object }) => how.answers[object] });
  const crm: Connector = {
    ...inner,
    isIdempotent: ({ operation }: Pick<Action, 'operation'>) => keys || operation !== 'send',
    send: (...given) => (how.dies ? Promise.reject(new Error('the process dies')) : inner.send(...given)),
  };
  const connectors = new Map([
    ['sales', crm],
    ['desk', { ...crm, name: 'desk' }],
  ]);
  const deps = { ...fakeDeps(rules, crm), tuning: { attempts }, connectors };
  const sends = () => inner.calls.flat().filter(({ operation }) => operation === 'send');
  /** By what name each call was made, answered or not. */
  const calls = (): (string | undefined)[] => sends().map(({ idempotencyKey }) => idempotencyKey);
  /** What each of them said. */
  const said = (): unknown[] => sends().map(({ fields }) => fields['what']);
  const state = async (id = 'crmid:C-1'): Promise<PersonState | undefined> => {
    const one = (await deps.store.read([id])).get(id);
    return one?.ok ? one.value.state : undefined;
  };
  return { how, deps, calls, said, state, rows: inner.rows };
}
export type World = ReturnType<typeof world>;

export async function run(deps: PipelineDeps, messages: readonly Message[], redelivers = true) {
  const settlements = await createPipeline(deps).run(messages, { redelivers });
  return settlements.flatMap(({ endings }): EndingName[] => endings.map(({ name }) => name));
}

/** All that is parked comes back, when it is due. */
export async function comesBack({ deps }: World) {
  deps.clock.advance(400_000);
  return run(deps, deps.parking.all().map(toMessage), false);
}

let judgements = T0;
/** A dead letter as `parked replay` begins it anew, at a time of its own. */
export const judged = (letter: KeptMessage): Message =>
  toMessage({ ...letter, attempts: 0, firstSeen: ++judgements });

/** Every dead letter there is comes back. */
export const judgedAll = ({ deps }: World) => run(deps, deps.deadLetters.all().map(judged), false);

export function onlyLetter({ deps }: World): KeptMessage {
  const [letter, ...others] = deps.deadLetters.all();
  if (!letter || others.length > 0) throw new Error('there is not one letter');
  return letter;
}
