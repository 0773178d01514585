import type { ActionReason } from '../../../shared/dry-run/reasons.js';
import { Text, Value } from './text.js';

/** What an action is about, in a line. */
export function ActionTitle(props: {
  // Not spread: a property named `key` is the framework's own.
  readonly action: Pick<ActionReason, 'operation' | 'connection' | 'object' | 'list' | 'key'>;
}) {
  const { operation, connection, object, list, key } = props.action;
  return (
    <span class="action-title">
      <b>{operation}</b> <Text value={`${connection}/${object}`} />
      {list !== undefined && (
        <>
          {' '}
          list <Text value={list} />
        </>
      )}{' '}
      {Object.entries(key).map(([name, value]) => (
        <span key={name} class="dim">
          <Text value={`${name}=${value}`} />
        </span>
      ))}
    </span>
  );
}

/** Names the core has for what has none in the target. */
const SAID: Readonly<Record<string, string>> = { $listed: '(on the list)', $deleted: '(deleted)' };

/** A planned action, and where its fields come from. */
export function Action({ action }: { readonly action: ActionReason }) {
  return (
    <li class="action">
      <p>
        <ActionTitle action={action} />
        {!action.sent && <span class="dim"> not sent: the target holds all of it already</span>}
      </p>
      <table class="plain fields">
        <tbody>
          {action.fields.map(({ name, value, rule, sent, lost }) => (
            <tr key={name} class={sent ? '' : 'faint'}>
              <th scope="row">
                <Text value={SAID[name] ?? name} />
              </th>
              <td>
                <Value value={value} />
              </td>
              <td class="dim">
                <Text value={rule ?? 'consent withdrawn'} />
                {lost.map((one) => (
                  <span key={one.rule}>
                    ; <Text value={one.rule} /> wanted <Value value={one.value} />
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </li>
  );
}
