import { useEffect, useState } from 'preact/hooks';
import type { Before, ExampleView, FindingView, PlayView, RecordView } from '../views.js';
import { Editor } from './editor.js';
import { troubleOf, useLoaded } from './load.js';
import { Panel, Trouble } from './parts.js';
import { PlayResult } from './play-result.js';
import { route } from './route.js';
import { query } from './state.js';
import { Text } from './text.js';

interface Given {
  readonly text: string;
  readonly examples: readonly ExampleView[];
}

const BEFORE_NAMES: Readonly<Record<Before, string>> = {
  nobody: 'nothing is known of the person',
  now: 'as the person is known now',
  earlier: 'as the person was known then',
};

/** How long a hand rests before what it wrote is played, milliseconds. */
const REST_MS = 120;

interface Played {
  readonly view: PlayView | undefined;
  readonly trouble: string | undefined;
  readonly ms: number | undefined;
}

/** Plays the event by the rules whenever one of them has changed. */
function usePlay(event: string, rules: string, before: Before, n: number | undefined): Played {
  const [played, setPlayed] = useState<Played>({ view: undefined, trouble: undefined, ms: undefined });
  useEffect(() => {
    if (event.trim() === '' || rules === '') return;
    let over = false;
    const timer = setTimeout(() => {
      const began = performance.now();
      query<PlayView>('/api/play', { event, rules, before, n }).then(
        (view) => {
          if (!over) setPlayed({ view, trouble: undefined, ms: performance.now() - began });
        },
        (error: unknown) => {
          if (!over) setPlayed({ view: undefined, trouble: troubleOf(error), ms: undefined });
        },
      );
    }, REST_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [event, rules, before, n]);
  return played;
}

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
    query('/api/send', { body: event }).then(
      () => setSaid('sent'),
      (error: unknown) => setSaid(troubleOf(error)),
    );
  };
  return (
    <>
      <button type="button" onClick={send} title="Into the stream, as AEP would: the running rules act on it">
        Send it
      </button>
      <span role="status" class="dim">
        {said}
      </span>
    </>
  );
}

function EventPane(props: {
  readonly examples: readonly ExampleView[];
  readonly event: string;
  readonly setEvent: (text: string) => void;
  readonly before: Before;
  readonly setBefore: (before: Before) => void;
  readonly passed: boolean;
}) {
  const { examples, event, setEvent, before, setBefore, passed } = props;
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
          value={before}
          // Its options are the choices.
          onChange={({ currentTarget }) => setBefore(currentTarget.value as Before)}
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
  const [event, setEvent] = useState('');
  const [rules, setRules] = useState('');
  const [before, setBefore] = useState<Before>(n === undefined ? 'nobody' : 'earlier');
  useEffect(() => {
    if (!given.value) return;
    if (rules === '') setRules(given.value.text);
    if (event === '' && n === undefined) setEvent(given.value.examples[0]?.body ?? '');
  }, [given.value]);
  useEffect(() => {
    if (record.value?.body) setEvent(record.value.body.text);
  }, [record.value]);
  const played = usePlay(event, rules, before, n);
  const findings = played.view?.findings ?? [];
  const isEdited = given.value !== undefined && rules !== given.value.text;
  return (
    <>
      <h1 class="sr">Playground</h1>
      <Trouble text={given.trouble ?? record.trouble} />
      <div class="panes">
        <EventPane
          examples={given.value?.examples ?? []}
          event={event}
          setEvent={setEvent}
          before={before}
          setBefore={setBefore}
          passed={n !== undefined}
        />
        <Panel
          id="rules"
          title="Rules"
          class="pane"
          aside={
            <button type="button" disabled={!isEdited} onClick={() => setRules(given.value?.text ?? '')}>
              As they run
            </button>
          }
        >
          <Editor
            label="The rules, YAML"
            value={rules}
            onEdit={setRules}
            marked={new Set(findings.map(({ line }) => line))}
          />
          <Findings findings={findings} />
        </Panel>
        <PlayResult view={played.view} trouble={played.trouble} ms={played.ms} isEdited={isEdited} />
      </div>
    </>
  );
}
