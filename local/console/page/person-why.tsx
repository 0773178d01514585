import type { WhyView } from '../views.js';
import { clock, count } from './format.js';
import { Empty, Panel } from './parts.js';
import { hrefOf } from './route.js';
import { Text } from './text.js';

function Why({ why }: { readonly why: WhyView }) {
  const { at, place, times, causes, fields, answer, code, requestId, message, n } = why;
  const changed = fields.filter((field) => field.changed);
  return (
    <li class="why">
      <p>
        <span class="dim">{clock(at)}</span> <b>{answer}</b>
        {code !== undefined && <code> {code}</code>}
        {times > 1 && <span class="dim"> {times} times</span>} <Text value={place} />
      </p>
      <p>
        <Text value={causes.join('; ') || 'no rule'} />
        {changed.length > 0 && (
          <span class="dim">
            {' '}
            changed <Text value={changed.map(({ name }) => name).join(', ')} />
          </span>
        )}
      </p>
      <p class="dim">
        {n === undefined ? <Text value={message ?? ''} /> : <a href={hrefOf('records', n)}>record {n}</a>}
        {requestId !== undefined && (
          <>
            {' '}
            request <Text value={requestId} />
          </>
        )}
      </p>
    </li>
  );
}

/** What is written down about a person and their rows, as `tributary why` tells it. */
export function Whys({ whys }: { readonly whys: readonly WhyView[] }) {
  return (
    <Panel id="why" title="Why: what is written down" aside={<span class="dim">{count(whys.length)}</span>}>
      {whys.length === 0 && (
        <Empty>Nothing is written down about them. What waits, or was given up, is under Kept.</Empty>
      )}
      <ol class="whys">
        {whys.map((why, i) => (
          <Why key={i} why={why} />
        ))}
      </ol>
    </Panel>
  );
}
