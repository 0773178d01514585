import { useState } from 'preact/hooks';
import type { CrmView } from '../views.js';
import { span } from './format.js';
import { troubleOf, useLoaded } from './load.js';
import { Panel, Trouble } from './parts.js';
import { hello, maySend, query, SENDING, sums } from './state.js';
import { Text } from './text.js';

const COMMANDS = [
  {
    what: 'down',
    name: 'Break it',
    hint: 'it answers 503 to everything; records are held until it is mended',
  },
  { what: 'slow', name: 'Slow it down', hint: 'each answer takes two seconds' },
  { what: 'throttled', name: 'Throttle it', hint: 'it refuses every call: too many at once' },
] as const;

/** What the demo CRM does at the moment. */
function Condition({ view }: { readonly view: CrmView }) {
  const { misbehaviours, latencyMs } = view;
  if (misbehaviours.length === 0) return <span class="state good">well, answers in {span(latencyMs)}</span>;
  return (
    <span class="state bad">
      {misbehaviours.map((one) => (
        <Text key={one} value={one} most={120} />
      ))}
    </span>
  );
}

/** Breaks and mends the demo CRM, and sends it more to do. */
export function CrmPanel() {
  const { value, again } = useLoaded<CrmView>('/api/crm', hello.value);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const act = (path: string, body: object): void => {
    query(path, body).then(
      () => {
        setTrouble(undefined);
        again();
      },
      (error: unknown) => setTrouble(troubleOf(error)),
    );
  };
  return (
    <Panel id="crm" title="Try it" aside={value && <Condition view={value} />}>
      <div class="tools">
        {COMMANDS.map(({ what, name, hint }) => (
          <button key={what} type="button" title={hint} onClick={() => act('/api/crm', { what })}>
            {name}
          </button>
        ))}
        <button type="button" class="main" onClick={() => act('/api/crm', { what: 'mend' })}>
          Mend it
        </button>
        <span class="gap" />
        <button
          type="button"
          disabled={!maySend()}
          title={SENDING[sums.value?.sending ?? 'counting']}
          onClick={() => act('/api/traffic', { events: 500 })}
        >
          Send 500 events
        </button>
      </div>
      <p class="hint">
        A CRM that is down makes records wait in their stream; mended, it gets them all within a minute or so,
        each change once.
      </p>
      <Trouble text={trouble} />
    </Panel>
  );
}
