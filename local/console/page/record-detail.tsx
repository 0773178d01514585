import { useEffect, useRef } from 'preact/hooks';
import type { BodyView, DeliveryView, RecordView, TryView } from '../views.js';
import { FieldTable } from './field-table.js';
import { clock, instant, span } from './format.js';
import { useLoaded } from './load.js';
import { EndingTag, PersonLink, Trouble } from './parts.js';
import { ReasonsView } from './reasons.js';
import { ActionTitle } from './reasons-action.js';
import { hrefOf } from './route.js';
import { rows, rowsTick } from './state.js';
import { Text } from './text.js';

/** A body, folded until somebody wants it. */
export function Body({ body, open = false }: { readonly body: BodyView; readonly open?: boolean }) {
  return (
    <details class="body" open={open}>
      <summary>The event as it came</summary>
      <pre tabIndex={0}>
        <Text value={body.text} most={100_000} />
        {body.cut && '\n…'}
      </pre>
    </details>
  );
}

function Delivery({ delivery }: { readonly delivery: DeliveryView }) {
  const { fields, causes, answer, code, text } = delivery;
  return (
    <li class="action">
      <p>
        <ActionTitle action={delivery} />
      </p>
      <FieldTable fields={Object.entries(fields).map(([name, value]) => ({ name, value }))} />
      <p class="dim">
        because <Text value={causes.join('; ')} />
      </p>
      <p class={code === undefined ? 'said' : 'said bad'}>
        <b>{answer}</b>
        {code !== undefined && (
          <>
            {' '}
            <code>
              <Text value={code} />
            </code>{' '}
            <Text value={text ?? ''} />
          </>
        )}
      </p>
    </li>
  );
}

function Tries({ tries }: { readonly tries: readonly TryView[] }) {
  return (
    <ol class="tries">
      {tries.map(({ at, ending, code, text, replayed }) => (
        <li key={at}>
          <time dateTime={new Date(at).toISOString()}>{clock(at)}</time> <EndingTag name={ending} />
          {replayed && <span class="dim"> replayed</span>}
          {code !== undefined && (
            <p class="dim">
              <code>{code}</code> <Text value={text ?? ''} />
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function Story({ view }: { readonly view: RecordView }) {
  const { row, story, body, tries, deliveries, reasons } = view;
  return (
    <div class="story">
      <section>
        <h3>Taken in</h3>
        <p>
          <Text value={row.source} />, position{' '}
          <code class="position">
            <Text value={row.id} />
          </code>
          {row.record > 0 && `, record ${row.record}`}, {instant(row.at)}
          <span class="dim">
            {' '}
            · first ended {span(Math.max(0, (tries[0]?.at ?? row.ended) - row.at))} later
          </span>
        </p>
      </section>
      <section>
        <h3>Decoded</h3>
        <p>
          {row.person === undefined ? (
            <span class="dim">nobody it could belong to was found in it</span>
          ) : (
            <>
              belongs to <PersonLink id={row.person} />
            </>
          )}
        </p>
        {body && <Body body={body} />}
        {!story && <p class="dim">No more than its line is kept of a record this old.</p>}
      </section>
      {reasons && (
        <section>
          <ReasonsView reasons={reasons} />
        </section>
      )}
      {story && (
        <section>
          <h3>What the targets said</h3>
          {deliveries.length === 0 && <p class="dim">Nothing was sent for it.</p>}
          <ul class="actions">
            {deliveries.map((delivery, i) => (
              <Delivery key={i} delivery={delivery} />
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>Ending</h3>
        {tries.length > 0 ? <Tries tries={tries} /> : <EndingTag name={row.ending} />}
      </section>
    </div>
  );
}

/** The whole story of one record. */
export function RecordDetail({ n, onClose }: { readonly n: number; readonly onClose: () => void }) {
  rowsTick.value;
  // Asked anew once the record was worked on again.
  const { value, trouble } = useLoaded<RecordView>(`/api/record?n=${n}`, rows.at(n)?.tries);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), [n]);
  return (
    <aside
      class="detail"
      aria-label={`Record ${n}`}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      <header class="detail-head">
        <h2>
          Record {n} {value && <EndingTag name={value.row.ending} />}
        </h2>
        <a class="button" href={hrefOf('play', n)}>
          Play with it
        </a>
        <button ref={close} type="button" onClick={onClose}>
          Close
        </button>
      </header>
      <Trouble text={trouble} />
      {value && <Story view={value} />}
    </aside>
  );
}
