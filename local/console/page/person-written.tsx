import { useState } from 'preact/hooks';
import type { TargetView } from '../views.js';
import { FieldTable } from './field-table.js';
import { clock } from './format.js';
import { troubleOf } from './load.js';
import { Mend } from './mend.js';
import { hrefOf } from './route.js';
import { hello, query } from './state.js';
import { Text } from './text.js';

/** Has the demo CRM trouble with one row, so that records are parked or refused. */
function RowTools({ target }: { readonly target: string }) {
  const [said, setSaid] = useState('');
  const [, key] = /=(.+)$/s.exec(target) ?? [];
  if (key === undefined || !hello.value?.crm) return null;
  const tell = (what: 'lock' | 'refuse', told: string): void => {
    query('/api/crm', { what, key }).then(
      () => setSaid(told),
      (error: unknown) => setSaid(troubleOf(error)),
    );
  };
  return (
    <>
      <button
        type="button"
        aria-label={`Lock this row: ${key}`}
        onClick={() => tell('lock', 'locked: what comes for it will be parked')}
      >
        Lock this row
      </button>
      <button
        type="button"
        aria-label={`Refuse this row: ${key}`}
        onClick={() => tell('refuse', 'refused: what comes for it will be a dead letter')}
      >
        Refuse this row
      </button>
      <Mend said={setSaid} />
      <span role="status" class="dim">
        {said}
      </span>
    </>
  );
}

const NO_FIELD = { at: undefined, causes: [], n: 0 };

/** Fields that one record brought, and why. */
function Write({ fields }: Pick<TargetView, 'fields'>) {
  const [{ at, causes, n } = NO_FIELD] = fields;
  return (
    <div class="write">
      <p>
        {at !== undefined && clock(at)} by <a href={hrefOf('records', n)}>record {n}</a>, because{' '}
        <Text value={causes.join('; ')} />
      </p>
      <FieldTable fields={fields} />
    </div>
  );
}

/** A row of a target: what was last written there, and by what. */
export function Target({ target, fields }: TargetView) {
  const records = [...new Set(fields.map(({ n }) => n))];
  return (
    <div class="target">
      <div class="target-head">
        <h3>
          <Text value={target} />
        </h3>
        <RowTools target={target} />
      </div>
      {records.map((n) => (
        <Write key={n} fields={fields.filter((field) => field.n === n)} />
      ))}
    </div>
  );
}
