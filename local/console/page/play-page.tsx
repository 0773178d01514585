import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Before, ExampleView, FindingView, RecordView } from '../views.js';
import { Editor } from './editor.js';
import { troubleOf, useLoaded } from './load.js';
import { Panel, Trouble } from './parts.js';
import { PlayResult } from './play-result.js';
import { route } from './route.js';
import { query, SENDING, sums } from './state.js';
import { Text } from './text.js';
import { usePlay } from './use-play.js';

interface Given {
  readonly text: string;
  readonly examples: readonly ExampleView[];
}

const BEFORE_NAMES: Readonly<Record<Before, string>> = {
  nobody: 'nothing is known of the person',
  now: 'as the person is known now',
  earlier: 'as the person was known then',
};

/** What is being written: it stays while other pages are looked at. */
const eventText = signal('');
const rulesText = signal('');
const before = signal<Before>('nobody');

function Findings({ findings }: { readonly findings: readonly FindingView[] }) {
  if (findings.length === 0) return null;
  return (
    <ul class="findings" aria-label="What is wrong with the rules">
      {findings.map(({ line, column, code, message }, i) => (
        <li key={i}>
          <b>
            {line}:{column}
          </b>{' '}
          <code>{code}</code> <Text value={message} />
        </li>
      ))}
    </ul>
  );
}

function Sending({ event }: { readonly event: string }) {
  const [said, setSaid] = useState('');
  const send = (): void => {
    setSaid('');
    query('/api/send', { body: event }).then(
      () => setSaid('sent'),
      (error: unknown) => setSaid(troubleOf(error)),
    );
  };
  return (
    <>
      <span role="status" class="dim">
        {said}
      </span>
      <button
        type="button"
        disabled={sums.value?.sending === 'counting'}
        title={SENDING[sums.value?.sending ?? 'counting']}
        onClick={send}
      >
        Send it
      </button>
    </>
  );
}

function EventPane(props: {
  readonly examples: readonly ExampleView[];
  readonly event: string;
  readonly passed: boolean;
}) {
  const { examples, event, passed } = props;
  const setEvent = (text: string): void => {
    eventText.value = text;
  };
  const choices: readonly Before[] = passed ? ['earlier', 'now', 'nobody'] : ['nobody', 'now'];
  return (
    <Panel id="event" title="Event" class="pane" aside={<Sending event={event} />}>
      <div class="tools">
        <select
          aria-label="Begin with an example of Adobe's"
          value={examples.findIndex(({ body }) => body === event)}
          onChange={({ currentTarget }) => setEvent(examples[Number(currentTarget.value)]?.body ?? event)}
        >
          <option value={-1}>{passed ? 'a record of this run' : 'an event of your own'}</option>
          {examples.map(({ title, why }, i) => (
            <option key={title} value={i} title={why}>
              {title}
            </option>
          ))}
        </select>
        <select
          aria-label="What is known of the person before"
          value={before.value}
          // Its options are the choices.
          onChange={({ currentTarget }) => {
            before.value = currentTarget.value as Before;
          }}
        >
          {choices.map((one) => (
            <option key={one} value={one}>
              {BEFORE_NAMES[one]}
            </option>
          ))}
        </select>
      </div>
      <Editor label="The event, JSON" value={event} onEdit={setEvent} />
    </Panel>
  );
}

/** An event and rules side by side, and what they come to, as they are written. */
export function PlayPage() {
  const { word } = route.value;
  const n = word === undefined ? undefined : Number(word);
  const given = useLoaded<Given>('/api/rules');
  const record = useLoaded<RecordView>(n === undefined ? undefined : `/api/record?n=${n}`);
  useEffect(() => {
    if (!given.value) return;
    if (rulesText.peek() === '') rulesText.value = given.value.text;
    if (eventText.peek() === '' && n === undefined) eventText.value = given.value.examples[0]?.body ?? '';
  }, [given.value]);
  useEffect(() => {
    if (record.value?.body) eventText.value = record.value.body.text;
  }, [record.value]);
  useEffect(() => {
    if (n !== undefined) before.value = 'earlier';
    else if (before.peek() === 'earlier') before.value = 'nobody';
  }, [n]);
  const [event, rules] = [eventText.value, rulesText.value];
  const played = usePlay(event, given.value && rules, before.value, n);
  const findings = played.view?.findings ?? [];
  const isEdited = given.value !== undefined && rules !== given.value.text;
  return (
    <>
      <h1 class="sr">Playground</h1>
      <Trouble text={given.trouble ?? record.trouble} />
      <div class="panes">
        <EventPane examples={given.value?.examples ?? []} event={event} passed={n !== undefined} />
        <Panel
          id="rules"
          title="Rules"
          class="pane"
          aside={
            <button
              type="button"
              disabled={!isEdited}
              onClick={() => {
                rulesText.value = given.value?.text ?? '';
              }}
            >
              As they run
            </button>
          }
        >
          <Editor
            label="The rules, YAML"
            value={rules}
            onEdit={(text) => {
              rulesText.value = text;
            }}
            marked={new Set(findings.map(({ line }) => line))}
          />
          <Findings findings={findings} />
        </Panel>
        <PlayResult view={played.view} trouble={played.trouble} ms={played.ms} isEdited={isEdited} />
      </div>
    </>
  );
}
