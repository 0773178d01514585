import { useState } from 'preact/hooks';
import type { KeptList, KeptView, ReplayView } from '../views.js';
import { clock, count } from './format.js';
import { troubleOf, useLoaded } from './load.js';
import { Mend } from './mend.js';
import { Empty, Panel, Trouble } from './parts.js';
import { Body } from './record-detail.js';
import { query, sums } from './state.js';
import { Text } from './text.js';

const TITLES: Readonly<Record<KeptView['place'], string>> = {
  parked: 'Retry queue',
  letters: 'Dead letters',
};

const HINTS: Readonly<Record<KeptView['place'], string>> = {
  parked:
    'Tried again by itself a few seconds after it was parked; it can be tried at once, and goes on counting its tries.',
  letters: 'Kept for good: mend the cause, then try it again: its tries begin anew.',
};

function Item({ kept, replay }: { readonly kept: KeptView; readonly replay: () => void }) {
  const { code, text, remote, doubts, beside, source, id, record, at, attempts, body } = kept;
  return (
    <li class="kept-item">
      <div class="kept-head">
        <code class="code">{code}</code>
        <span class="dim">{clock(at)}</span>
        <span class="dim">{attempts > 1 ? `${attempts} tries` : '1 try'}</span>
        <button type="button" onClick={replay} aria-label={`Replay ${kept.ref}`}>
          Replay
        </button>
      </div>
      <p>
        <Text value={text} />
      </p>
      {remote && (
        <p class="bad">
          <Text value={remote.connection} /> said: <Text value={remote.text} />
        </p>
      )}
      {doubts.map((doubt) => (
        <p class="bad" key={doubt}>
          May have been done: <Text value={doubt} />
        </p>
      ))}
      {beside !== undefined && (
        <p class="bad">
          Not done: <Text value={beside} />
        </p>
      )}
      <p class="dim">
        <Text value={source} />{' '}
        <span class="position">
          <Text value={id} />
        </span>
        {record !== undefined && record > 0 && `, record ${record}`}
      </p>
      {body && <Body body={body} />}
    </li>
  );
}

const saidOf = ({ replayed, left, endings, stopped }: ReplayView): string => {
  const ended = Object.entries(endings).map(([name, value]) => `${value} ${name}`);
  const rest = left > 0 ? [`${left} left where they were`] : [];
  const why = stopped === undefined ? [] : [stopped];
  return [`${count(replayed)} tried again`, ...ended, ...rest, ...why].join(', ');
};

function Place(props: {
  readonly place: KeptView['place'];
  readonly total: number;
  readonly items: readonly KeptView[];
  readonly replay: (place: KeptView['place'], ref?: string) => void;
}) {
  const { place, total, items, replay } = props;
  const all = (
    <>
      <span class="dim">{count(total)}</span>
      <button type="button" disabled={total === 0} onClick={() => replay(place)}>
        Replay all
      </button>
    </>
  );
  return (
    <Panel id={place} title={TITLES[place]} aside={all}>
      <p class="lead">{HINTS[place]}</p>
      {items.length === 0 && <Empty>Nothing is kept here.</Empty>}
      <ul class="kept-list">
        {items.map((kept) => (
          <Item key={kept.ref} kept={kept} replay={() => replay(place, kept.ref)} />
        ))}
      </ul>
      {total > items.length && <p class="dim">And {count(total - items.length)} older ones.</p>}
    </Panel>
  );
}

/** What waits in the retry queue and what is kept for good, with another try. */
export function KeptPage() {
  const { parked = 0, letters = 0 } = sums.value ?? {};
  const { value, trouble, again } = useLoaded<KeptList>('/api/kept', `${parked} ${letters}`);
  const [said, setSaid] = useState('');
  const [failed, setFailed] = useState<string | undefined>(undefined);
  const replay = (place: KeptView['place'], ref?: string): void => {
    setSaid('trying …');
    query<ReplayView>('/api/replay', { place, ref }).then(
      (view) => {
        setSaid(saidOf(view));
        setFailed(undefined);
        again();
      },
      (error: unknown) => {
        setSaid('');
        setFailed(troubleOf(error));
      },
    );
  };
  const of = (place: KeptView['place']) => value?.items.filter((item) => item.place === place) ?? [];
  return (
    <>
      <h1 class="sr">Kept messages</h1>
      <div class="tools">
        <Mend said={setSaid} />
        <p class="said-replay" role="status">
          {said}
        </p>
      </div>
      <Trouble text={failed ?? trouble} />
      <div class="halves">
        <Place place="parked" total={parked} items={of('parked')} replay={replay} />
        <Place place="letters" total={letters} items={of('letters')} replay={replay} />
      </div>
    </>
  );
}
