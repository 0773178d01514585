import type {
  AudienceReason,
  ClauseReason,
  Reasons,
  RuleReason,
  StandingReason,
} from '../../../shared/dry-run/reasons.js';
import { Action } from './reasons-action.js';
import { Text, Value } from './text.js';

const CHANGES: Readonly<Record<NonNullable<AudienceReason['change']>, string>> = {
  entered: 'entered',
  left: 'left',
  stayed: 'stayed',
  out: 'still not a member',
  stale: 'older than what is known',
};

/** What is known of an audience. */
export function Standing({ value }: { readonly value: StandingReason | null }) {
  if (!value) return <span class="dim">nothing known</span>;
  return (
    <>
      {value.member ? 'member' : 'not a member'}{' '}
      <span class="dim as-of">as of {value.at.replace('T', ' ').replace(/(?:\.\d+)?Z$/, '')}</span>
    </>
  );
}

function Transitions({ audiences }: { readonly audiences: readonly AudienceReason[] }) {
  const told = audiences.filter(({ change, after }) => change !== null || after !== null);
  if (told.length === 0) return <p class="dim">Nothing is known of any audience the rules name.</p>;
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Audience</th>
          <th scope="col">In this event</th>
          <th scope="col">Known after it</th>
        </tr>
      </thead>
      <tbody>
        {told.map(({ name, change, backfill, after }) => (
          <tr key={name}>
            <th scope="row">
              <Text value={name} />
            </th>
            <td class={change === 'entered' || change === 'left' ? 'strong' : 'dim'}>
              {change === null ? 'not in it' : CHANGES[change]}
              {backfill && ' (history)'}
            </td>
            <td>
              <Standing value={after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Whether something holds, in a sign and, for who does not see it, in a word. */
function Holds({ holds }: { readonly holds: boolean }) {
  return (
    <span class={holds ? 'holds yes' : 'holds no'}>
      <span aria-hidden="true">{holds ? '✓' : '✗'}</span>
      <span class="sr">{holds ? 'holds' : 'does not hold'}</span>
    </span>
  );
}

function Clause({ clause }: { readonly clause: ClauseReason }) {
  const { text, holds, looked, saw, missing, why, items } = clause;
  return (
    <li>
      <Holds holds={holds} />{' '}
      <code>
        <Text value={text} />
      </code>
      {looked && (
        <span class="dim">
          {' '}
          saw <Value value={missing ? undefined : saw} />
        </span>
      )}
      {why !== undefined && (
        <span class="dim">
          {' '}
          (<Text value={why} />)
        </span>
      )}
      {items && (
        <ul>
          {items.map((item, i) => (
            <Clause key={i} clause={item} />
          ))}
        </ul>
      )}
    </li>
  );
}

const OUTCOMES: Readonly<Record<RuleReason['outcome'], string>> = {
  does: 'matched',
  otherwise: 'does otherwise',
  keeps: 'outside: fields follow, constants stay',
  nothing: 'did not match',
  stopped: 'stopped',
};

function Rule({ news, stoppedBy }: { readonly news: RuleReason; readonly stoppedBy: string | undefined }) {
  const { rule, outcome, when, if: condition, notDue } = news;
  return (
    <li class={`rule o-${outcome}`}>
      <p class="rule-head">
        <strong>
          <Text value={rule} />
        </strong>
        <span class="outcome">
          {OUTCOMES[outcome]}
          {outcome === 'stopped' && (
            <>
              {' '}
              by <Text value={stoppedBy ?? ''} />
            </>
          )}
        </span>
      </p>
      <ul class="clauses">
        <li>
          <Holds holds={when.holds} /> <span class="dim">when</span> <Text value={when.text} />
        </li>
        {condition && <Clause clause={condition} />}
      </ul>
      {notDue > 0 && (
        <p class="dim">{notDue} not sent: the membership is history, or was never known to begin</p>
      )}
    </li>
  );
}

/** Why a record comes to what it comes to: every audience, rule, clause and field. */
export function ReasonsView({ reasons }: { readonly reasons: Reasons }) {
  const { audiences, consent, rules, stoppedBy, actions, unaddressed, shadows = [] } = reasons;
  return (
    <>
      <h3>Transitions</h3>
      <Transitions audiences={audiences} />
      {consent && (
        <p>
          Consent <code>{consent.path}</code>: <Value value={consent.value} />,{' '}
          {consent.allows ? 'given' : 'nothing may be done but what is meant for that'}
        </p>
      )}
      <h3>Rules</h3>
      <ul class="rules-list">
        {rules.map((news) => (
          <Rule key={news.rule} news={news} stoppedBy={stoppedBy} />
        ))}
      </ul>
      <h3>Planned actions</h3>
      {actions.length + unaddressed.length === 0 && <p class="dim">None.</p>}
      <ul class="actions">
        {actions.map((action, i) => (
          <Action key={i} action={action} />
        ))}
      </ul>
      {unaddressed.map((text) => (
        <p key={text} class="bad">
          <Text value={text} />
        </p>
      ))}
      {shadows.length > 0 && <h3>Shadows: what they would do, were they at work</h3>}
      {shadows.map((shadow, i) => (
        <ul key={i} class="actions shadow">
          {shadow.rules.map((news) => (
            <Rule key={news.rule} news={news} stoppedBy={undefined} />
          ))}
          {shadow.actions.map((action, place) => (
            <Action key={place} action={action} />
          ))}
        </ul>
      ))}
    </>
  );
}
