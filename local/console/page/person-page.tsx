import { useState } from 'preact/hooks';
import type { PersonView } from '../views.js';
import { clock, count, instant } from './format.js';
import { useLoaded } from './load.js';
import { Empty, EndingTag, Panel, PersonLink, Trouble } from './parts.js';
import { Whys } from './person-why.js';
import { Target } from './person-written.js';
import { Standing } from './reasons.js';
import { go, hrefOf, route } from './route.js';
import { rows, rowsTick } from './state.js';
import { Text, Value } from './text.js';

/** Persons of the latest records. */
function Latest() {
  rowsTick.value;
  const found = new Set<string>();
  for (let n = rows.last; n >= rows.first && found.size < 12; n--) {
    const person = rows.at(n)?.person;
    if (person !== undefined) found.add(person);
  }
  if (found.size === 0) return <Empty>Nobody has been heard of yet.</Empty>;
  return (
    <ul class="people">
      {[...found].map((id) => (
        <li key={id}>
          <PersonLink id={id} />
        </li>
      ))}
    </ul>
  );
}

function Search() {
  const [text, setText] = useState('');
  return (
    <form
      class="bar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') go('person', text.trim());
      }}
    >
      <input
        type="search"
        aria-label="A person, as namespace:id"
        placeholder="crmid:CRM-0815"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Open</button>
    </form>
  );
}

function History({ view }: { readonly view: PersonView }) {
  return (
    <ol class="history">
      {view.rows.map((row) => (
        <li key={row.n}>
          <a href={hrefOf('records', row.n)}>{clock(row.ended)}</a> <EndingTag name={row.ending} />{' '}
          <span>
            <Text value={row.edges.join(', ') || row.code || ''} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Known({ view }: { readonly view: PersonView }) {
  return (
    <div class="halves">
      <Panel id="standing" title="Standing">
        <table class="plain wide">
          <tbody>
            {view.standing.map(({ name, after }) => (
              <tr key={name}>
                <th scope="row">
                  <Text value={name} />
                </th>
                <td>
                  <Standing value={after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <h3>Values the rules read</h3>
        {view.values.length === 0 && <p class="dim">None.</p>}
        <table class="plain wide">
          <tbody>
            {view.values.map(({ path, value, at }) => (
              <tr key={path}>
                <th scope="row">
                  <Text value={path} />
                </th>
                <td>
                  <Value value={value} />
                </td>
                <td class="dim">{instant(at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      <Panel id="history" title="History" aside={<span class="dim">{count(view.rows.length)} records</span>}>
        <History view={view} />
        {view.more && <p class="dim">There are older ones.</p>}
      </Panel>
    </div>
  );
}

/** How often the person has been worked on, as this page knows: what is shown is asked for anew when it changes. */
function workedOn(id: string): number {
  rowsTick.value;
  let sum = 0;
  for (let n = rows.first; n <= rows.last; n++) {
    const row = rows.at(n);
    if (row?.person === id) sum += row.tries;
  }
  return sum;
}

function Person({ id }: { readonly id: string }) {
  const { value, trouble } = useLoaded<PersonView>(`/api/person?id=${encodeURIComponent(id)}`, workedOn(id));
  return (
    <>
      <h1 class="title">
        <Text value={id} most={300} />
      </h1>
      <Trouble text={trouble} />
      {value && !value.known && <Empty>Nothing is known of anybody of that name.</Empty>}
      {value?.known && (
        <>
          <Panel id="written" title="Last written">
            {value.targets.length === 0 && (
              <Empty>Nothing, as far as the records that are kept go back.</Empty>
            )}
            {value.targets.map((target) => (
              <Target key={target.target} {...target} />
            ))}
          </Panel>
          <Known view={value} />
          <Whys whys={value.why} />
        </>
      )}
    </>
  );
}

/** One person: standing, what was last written, history, and why. */
export function PersonPage() {
  const { word } = route.value;
  return (
    <>
      <Search />
      {word === undefined ? (
        <Panel id="latest" title="Persons of the latest records">
          <h1 class="sr">Person</h1>
          <Latest />
        </Panel>
      ) : (
        <Person id={word} />
      )}
    </>
  );
}
