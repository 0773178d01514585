import { ENDINGS } from '../../../shared/core/ports.js';
import { Chart } from './chart.js';
import { CrmPanel } from './crm-panel.js';
import { FlowPicture } from './flow-picture.js';
import { count, MEANINGS, rate, span } from './format.js';
import { EndingTag, Panel } from './parts.js';
import { ratesOf } from './rates.js';
import { hrefOf } from './route.js';
import { clockTick, hello, seconds, sums } from './state.js';

function Figure({
  name,
  value,
  unit,
}: {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
}) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        {value}
        {unit && <small> {unit}</small>}
      </dd>
    </div>
  );
}

function Figures() {
  const now = sums.value;
  const { records, calls, lagMs } = ratesOf(seconds.value, clockTick.value);
  return (
    <dl class="figures">
      <Figure name="Records" value={count(now?.records ?? 0)} />
      <Figure name="Rate" value={rate(records)} unit="/s" />
      <Figure name="Lag" value={records > 0 ? span(lagMs) : '–'} />
      <Figure name="At work" value={count(now?.under ?? 0)} unit="messages" />
      <Figure name="CRM calls" value={count(now?.calls ?? 0)} unit={calls > 0 ? `${rate(calls)}/s` : ''} />
      <Figure name="Rows a call" value={now && now.calls > 0 ? (now.rows / now.calls).toFixed(1) : '–'} />
    </dl>
  );
}

function Endings() {
  const now = sums.value;
  const most = Math.max(1, ...ENDINGS.map((name) => now?.endings[name] ?? 0));
  const all = ENDINGS.reduce((sum, name) => sum + (now?.endings[name] ?? 0), 0);
  return (
    <Panel id="endings" title="Endings" aside={<span class="dim">{count(all)} in all</span>}>
      <table class="endings">
        <thead class="sr">
          <tr>
            <th scope="col">Ending</th>
            <th scope="col">Records</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {ENDINGS.map((name) => {
            const value = now?.endings[name] ?? 0;
            return (
              <tr key={name} class={value === 0 ? 'none' : ''}>
                <th scope="row">
                  <a href={hrefOf('records', `=${name}`)}>
                    <EndingTag name={name} />
                  </a>
                </th>
                <td class="number">{count(value)}</td>
                <td class="meaning">
                  <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect class={`e-${name}`} width={(value / most) * 100} height="4" />
                  </svg>
                  <span>{MEANINGS[name]}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}

/** The flow, live. */
export function FlowPage() {
  return (
    <>
      <h1 class="sr">Flow</h1>
      <Figures />
      <FlowPicture />
      <div class="halves even">
        <Chart />
        <Endings />
      </div>
      {hello.value?.crm && <CrmPanel />}
    </>
  );
}
