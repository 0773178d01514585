import { useEffect, useState } from 'preact/hooks';
import { ENDINGS, type EndingName } from '../../../shared/core/ports.js';
import { count } from './format.js';
import { Grid } from './grid.js';
import { RecordDetail } from './record-detail.js';
import { go, route } from './route.js';
import type { Filter } from './rows.js';
import { sums } from './state.js';

/** `#/records/17` opens a row, `#/records/=held` shows those of an ending. */
function wordOf(word: string | undefined): { readonly n?: number; readonly ending?: EndingName } {
  if (word === undefined) return {};
  const ending = ENDINGS.find((name) => `=${name}` === word);
  return ending ? { ending } : { n: Number(word) };
}

function Chips(props: {
  readonly chosen: ReadonlySet<EndingName>;
  readonly choose: (name: EndingName) => void;
}) {
  return (
    <div class="chips" role="group" aria-label="Show only records that ended as">
      {ENDINGS.map((name) => {
        const value = sums.value?.endings[name] ?? 0;
        if (value === 0 && !props.chosen.has(name)) return undefined;
        return (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={props.chosen.has(name)}
            onClick={() => props.choose(name)}
          >
            <i class={`dot e-${name}`} aria-hidden="true" />
            {name} <b>{count(value)}</b>
          </button>
        );
      })}
    </div>
  );
}

/** The records as they end, and the story of one of them. */
export function RecordsPage() {
  const { n, ending } = wordOf(route.value.word);
  const [text, setText] = useState('');
  const [endings, setEndings] = useState<ReadonlySet<EndingName>>(new Set());
  useEffect(() => {
    if (ending) setEndings(new Set([ending]));
  }, [ending]);
  const filter: Filter = { endings, text };
  const choose = (name: EndingName): void => {
    const chosen = new Set(endings);
    if (!chosen.delete(name)) chosen.add(name);
    setEndings(chosen);
  };
  return (
    <>
      <h1 class="sr">Records</h1>
      <div class={`records ${n === undefined ? '' : 'open'}`}>
        <div class="list">
          <div class="bar">
            <input
              type="search"
              aria-label="Find records by person, rule, code or position"
              placeholder="Person, rule, code, position"
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
            <Chips chosen={endings} choose={choose} />
          </div>
          <Grid filter={filter} open={n} onOpen={(row) => go('records', row)} />
        </div>
        {n !== undefined && <RecordDetail n={n} onClose={() => go('records')} />}
      </div>
    </>
  );
}
