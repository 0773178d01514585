import { useState } from 'preact/hooks';
import { ENDINGS } from '../../../shared/core/ports.js';
import type { Second } from '../told.js';
import { bars, ceiling } from './bars.js';
import { count } from './format.js';
import { EndingTag, Panel } from './parts.js';
import { clockTick, seconds } from './state.js';

/** Seconds that are drawn. */
const SHOWN = 120;
const HEIGHT = 100;

const total = ({ endings }: Second): number => endings.reduce((sum, one) => sum + one, 0);

function Reading({ second, ago }: { readonly second: Second | undefined; readonly ago: number }) {
  const some = ENDINGS.filter((_, i) => (second?.endings[i] ?? 0) > 0);
  return (
    <div class={`reading ${ago > SHOWN / 2 ? 'right' : ''}`}>
      <strong>{ago} s ago</strong>
      {some.length === 0 && <span class="dim">nothing ended</span>}
      {some.map((name) => (
        <span key={name}>
          <EndingTag name={name} /> {count(second?.endings[ENDINGS.indexOf(name)] ?? 0)}
        </span>
      ))}
    </div>
  );
}

/** Records by ending, second by second, over the last two minutes. */
export function Chart() {
  const end = Math.floor(clockTick.value / 1_000);
  const [pointed, setPointed] = useState<number | undefined>(undefined);
  const shown = seconds.value.filter(({ t }) => t > end - SHOWN && t <= end);
  const top = ceiling(Math.max(0, ...shown.map(total)));
  const paths = bars(shown, { from: end - SHOWN + 1, top, height: HEIGHT });
  const at = pointed === undefined ? undefined : shown.find(({ t }) => t === end - pointed);
  const sum = shown.reduce((all, one) => all + total(one), 0);
  return (
    <Panel id="rates" title="Records a second" aside={<span class="dim">last two minutes</span>}>
      <div class="chart">
        <div class="axis" aria-hidden="true">
          <span>{count(top)}</span>
          <span>{top % 2 === 0 ? count(top / 2) : ''}</span>
          <span>0</span>
        </div>
        <div class="plot">
          <svg
            viewBox={`0 0 ${SHOWN} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${count(sum)} ${sum === 1 ? 'record' : 'records'} ended in the last two minutes, at most ${count(Math.max(0, ...shown.map(total)))} in one second`}
            onPointerMove={(event) => {
              const { left, width } = event.currentTarget.getBoundingClientRect();
              const place = Math.floor(((event.clientX - left) / width) * SHOWN);
              setPointed(Math.min(SHOWN - 1, Math.max(0, SHOWN - 1 - place)));
            }}
            onPointerLeave={() => setPointed(undefined)}
          >
            <path class="grid" d={`M0 0.5H${SHOWN}M0 ${HEIGHT / 2}H${SHOWN}M0 ${HEIGHT - 0.5}H${SHOWN}`} />
            {pointed !== undefined && (
              <rect class="cursor" x={SHOWN - 1 - pointed} width="1" height={HEIGHT} />
            )}
            {ENDINGS.map((name, i) => paths[i] && <path key={name} class={`bar e-${name}`} d={paths[i]} />)}
          </svg>
          {pointed !== undefined && <Reading second={at} ago={pointed} />}
          <div class="times" aria-hidden="true">
            <span>2 min ago</span>
            <span>1 min</span>
            <span>now</span>
          </div>
        </div>
      </div>
    </Panel>
  );
}
