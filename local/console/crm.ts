import * as z from 'zod';
import type { CrmView } from './views.js';

/** What the page may have the demo CRM do wrong; `mend` ends all of it. */
export const CrmAsk = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('down') }),
  z.strictObject({ what: z.literal('slow') }),
  z.strictObject({ what: z.literal('throttled') }),
  z.strictObject({ what: z.literal('mend') }),
  /** Refuses one row for good, as a validation rule would; or says that another transaction holds it. */
  z.strictObject({ what: z.literal('refuse'), key: z.string().min(1).max(500) }),
  z.strictObject({ what: z.literal('lock'), key: z.string().min(1).max(500) }),
]);
export type CrmAsk = z.infer<typeof CrmAsk>;

const Told = z.object({
  latencyMs: z.number(),
  misbehaviours: z.array(z.looseObject({ kind: z.string(), key: z.string().optional() })),
});

const WORDS: Readonly<Record<string, string>> = {
  down: 'down: answers 503 to everything',
  limit: 'throttled: refuses for too many requests at once',
  'refuse-key': 'refuses for good the row',
  'lock-row': 'holds a lock on the row',
};

const SLOW_MS = 2_000;

/** The demo CRM's own control, at its address. `usualMs` is how long it takes when nobody meddles. */
export function crmControl(url: string, usualMs: number) {
  const call = async (command?: object): Promise<CrmView> => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${url}/_control`, command && { ...post, body: JSON.stringify(command) });
    const { latencyMs, misbehaviours } = Told.parse(await answer.json());
    const words = misbehaviours.map(({ kind, key }) =>
      [WORDS[kind] ?? kind, ...(key === undefined ? [] : [key])].join(' '),
    );
    return { latencyMs, misbehaviours: words };
  };
  const commandOf = (ask: CrmAsk): object => {
    switch (ask.what) {
      case 'mend':
        return { behave: true, latencyMs: usualMs };
      case 'slow':
        return { latencyMs: SLOW_MS };
      case 'down':
        return { misbehave: { kind: 'down' } };
      case 'throttled':
        // Not the limit of the day: that is waited for by the quarter of an hour, whenever somebody mends it.
        return { misbehave: { kind: 'limit', limit: 'ConcurrentRequests' } };
      case 'lock':
        return { misbehave: { kind: 'lock-row', key: ask.key } };
      case 'refuse':
        return { misbehave: { kind: 'refuse-key', key: ask.key } };
    }
  };
  return { look: () => call(), tell: (ask: CrmAsk) => call(commandOf(ask)) };
}
