import type { Connection, Door, Sums } from '../told.js';
import { flowing } from './flowing.js';
import { count, rate, span } from './format.js';
import { Panel } from './parts.js';
import { hrefOf } from './route.js';
import { clockTick, sums } from './state.js';
import { Text } from './text.js';

/** Lines that come together, or part: as many as there are cards, evenly apart. */
function Wires({ speeds, apart }: { readonly speeds: readonly number[]; readonly apart: boolean }) {
  const lines = speeds.map((speed, i) => {
    const y = ((i + 0.5) / speeds.length) * 100;
    return { speed, d: apart ? `M0 50 C50 50 50 ${y} 100 ${y}` : `M0 ${y} C50 ${y} 50 50 100 50` };
  });
  return (
    <svg class="wires" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {lines.map(({ d, speed }, i) => (
        // Their order is that of the cards.
        <g key={i}>
          <path class="wire" d={d} />
          {speed > 0 && <path class={`wire moves ${speed > 50 ? 'fast' : ''}`} d={d} />}
        </g>
      ))}
    </svg>
  );
}

function DoorCard({ door, speed }: { readonly door: Door; readonly speed: number }) {
  return (
    <li class="card">
      <strong>
        <Text value={door.name} most={120} />
      </strong>
      <span>{count(door.records)} records</span>
      <span class="dim">{speed > 0 ? `${rate(speed)}/s · ${span(door.lagMs)} behind` : 'quiet'}</span>
    </li>
  );
}

function ConnectionCard({ one, speed }: { readonly one: Connection; readonly speed: number }) {
  return (
    <li class={`card ${one.shut ? 'shut' : ''}`}>
      <strong>
        <Text value={one.name} most={120} /> <span class="dim">{one.kind}</span>
      </strong>
      <span>{count(one.accepted)} accepted</span>
      <span class={one.shut ? 'bad' : 'dim'}>
        {one.shut ? (
          <Text value={one.why ?? 'nothing is sent: waits for it to answer'} most={400} />
        ) : (
          `${count(one.refused)} refused · ${count(one.failed)} failed${speed > 0 ? ` · ${rate(speed)}/s` : ''}`
        )}
      </span>
    </li>
  );
}

const STEPS = ['decode', 'advance', 'plan', 'deliver', 'settle'];

function Core({ now }: { readonly now: Sums }) {
  return (
    <div class="card core">
      <strong>core</strong>
      <ol class="steps">
        {STEPS.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <span>
        {now.under > 0
          ? `${count(now.under)} ${now.under === 1 ? 'message' : 'messages'} at work`
          : 'waits for messages'}
      </span>
      <span class="kept">
        <a href={hrefOf('kept', 'parked')}>retry queue {count(now.parked)}</a>
        <a href={hrefOf('kept', 'letters')}>dead letters {count(now.letters)}</a>
      </span>
    </div>
  );
}

/** Doors, core and connections, and what goes between them. */
export function FlowPicture() {
  const now = sums.value;
  const { doors, connections } = flowing(now, clockTick.value);
  if (!now)
    return (
      <Panel id="flow" title="Flow">
        <p class="empty">Waits for the run.</p>
      </Panel>
    );
  return (
    <Panel id="flow" title="From the doors to the connections" class="flow">
      <div class="picture">
        <ul class="cards" aria-label="Doors">
          {now.doors.length === 0 && <li class="card dim">no door has opened yet</li>}
          {now.doors.map((door) => (
            <DoorCard key={door.name} door={door} speed={doors.get(door.name) ?? 0} />
          ))}
        </ul>
        <Wires
          speeds={now.doors.length > 0 ? now.doors.map(({ name }) => doors.get(name) ?? 0) : [0]}
          apart={false}
        />
        <Core now={now} />
        <Wires speeds={now.connections.map(({ name }) => connections.get(name) ?? 0)} apart={true} />
        <ul class="cards" aria-label="Connections">
          {now.connections.map((one) => (
            <ConnectionCard key={one.name} one={one} speed={connections.get(one.name) ?? 0} />
          ))}
        </ul>
      </div>
    </Panel>
  );
}
