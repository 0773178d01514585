import type { Json } from '../../../shared/core/ports.js';
import type { Action } from '../../../shared/core/remote.js';
import type { Change } from '../../../shared/dry-run/changes.js';
import type { PlayedView, PlayView } from '../views.js';
import { Empty, EndingTag, Panel, Trouble } from './parts.js';
import { ReasonsView } from './reasons.js';
import { ActionTitle } from './reasons-action.js';
import { Text, Value } from './text.js';

const KINDS: Readonly<Record<Change['kind'], string>> = {
  added: 'only by the rules as edited',
  removed: 'only by the rules as they run',
  changed: 'otherwise',
};

interface FieldPair {
  readonly name: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

function pairsOf(change: Change): readonly FieldPair[] {
  if (change.kind === 'changed') return change.fields;
  const side = change.kind === 'added' ? 'after' : 'before';
  const { fields } = change.kind === 'added' ? change.after.action : change.before.action;
  const none = { before: undefined, after: undefined };
  return Object.entries(fields).map(([name, value]) => ({ name, ...none, [side]: value }));
}

const actionOf = (change: Change): Action =>
  change.kind === 'removed' ? change.before.action : change.after.action;

function Difference({ change }: { readonly change: Change }) {
  const { connection, operation, object, key, list } = actionOf(change);
  return (
    <li class={`change c-${change.kind}`}>
      <p>
        <ActionTitle action={{ connection, operation, object, key, list }} />{' '}
        <span class="outcome">{KINDS[change.kind]}</span>
      </p>
      <table class="plain fields">
        <tbody>
          {pairsOf(change).map(({ name, before, after }) => (
            <tr key={name}>
              <th scope="row">
                <Text value={name} />
              </th>
              <td>
                {before !== undefined && (
                  <del>
                    <Value value={before} />
                  </del>
                )}{' '}
                {after !== undefined && (
                  <ins>
                    <Value value={after} />
                  </ins>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </li>
  );
}

function Played({ record }: { readonly record: PlayedView }) {
  const { person, ending, code, text, reasons, running, changes } = record;
  return (
    <article class="played">
      <p class="verdict">
        <EndingTag name={ending} /> {person !== undefined && <Text value={person} />}
        {ending !== running && (
          <span class="dim">
            {' '}
            by the rules as they run: <EndingTag name={running} />
          </span>
        )}
      </p>
      {code !== undefined && (
        <p class="dim">
          <code>{code}</code> <Text value={text ?? ''} />
        </p>
      )}
      <h3>Against the running rules</h3>
      {changes.length === 0 && <p class="dim">They do the same.</p>}
      <ul class="actions" aria-label="Differences">
        {changes.map((change, i) => (
          <Difference key={i} change={change} />
        ))}
      </ul>
      {reasons && <ReasonsView reasons={reasons} />}
    </article>
  );
}

/** What the event comes to. */
export function PlayResult(props: {
  readonly view: PlayView | undefined;
  readonly trouble: string | undefined;
  readonly ms: number | undefined;
  readonly isEdited: boolean;
}) {
  const { view, trouble, ms, isEdited } = props;
  const aside = (
    <span class="dim" role="status">
      {isEdited ? 'edited rules' : 'rules as they run'}
      {ms !== undefined && ` · ${Math.round(ms)} ms`}
    </span>
  );
  return (
    <Panel id="result" title="What it comes to" class="pane result" aside={aside}>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Result">
        <Trouble text={trouble} />
        {view && view.findings.length > 0 && <p class="bad">The rules have faults; see below them.</p>}
        {view && view.findings.length + view.records.length === 0 && (
          <Empty>No event: write one, or begin with an example.</Empty>
        )}
        {view?.records.map((record, i) => (
          <Played key={i} record={record} />
        ))}
        {view?.more && <p class="dim">The event holds more records; the first ones are shown.</p>}
      </div>
    </Panel>
  );
}
