import { compile } from '../../shared/core/compile.js';
import type { CompiledRules } from '../../shared/core/compiled.js';
import type { Clock, Json, Log, Message } from '../../shared/core/ports.js';
import type { Action, Connector, Outcome } from '../../shared/core/remote.js';
import { RulesFile } from '../../shared/core/rules.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { memoryMetrics } from '../../shared/metrics/memory.js';
import { memoryObserver } from '../../shared/observers.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import type { PipelineDeps } from '../../shared/pipeline/run.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { memoryKept } from '../../shared/stores/memory-kept.js';

/** Time that passes only when somebody sleeps; sleeping lets every other task run first. */
export function fakeClock(start = 1_790_000_000_000): Clock & { advance(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

type Row = Record<string, Json>;

/** A CRM in memory, strict about what the pipeline promises: no key twice in one call, never more rows than allowed. */
export interface FakeCrm extends Connector {
  readonly rows: ReadonlyMap<string, Row>;
  readonly calls: (readonly Action[])[];
}

export const rowKey = ({ object, key }: Action): string => `${object}/${Object.values(key).join()}`;

/** `answer` may replace the outcome of a row, or of a whole call; an accepted outcome writes the row. */
export function fakeCrm(
  options: { maxRows?: number; answer?: (action: Action, call: number) => Outcome | undefined } = {},
): FakeCrm {
  const rows = new Map<string, Row>();
  const calls: (readonly Action[])[] = [];
  return {
    name: 'sales',
    operations: ['upsert'],
    maxRows: options.maxRows ?? 200,
    isIdempotent: () => true,
    rows,
    calls,
    async send(actions) {
      const keys = new Set(actions.map((action) => `${rowKey(action)} ${action.idempotencyKey}`));
      if (keys.size !== actions.length) throw new Error('the same row twice in one call');
      if (actions.length > this.maxRows) throw new Error('more rows than the connector takes');
      calls.push(actions);
      await new Promise((resolve) => setImmediate(resolve));
      return actions.map((action) => {
        const outcome = options.answer?.(action, calls.length) ?? { kind: 'accepted' };
        if (outcome.kind === 'accepted')
          rows.set(rowKey(action), { ...rows.get(rowKey(action)), ...action.fields });
        return outcome;
      });
    },
  };
}

/** Compiles rules written as data; any finding fails the test. */
export function rulesOf(file: unknown): CompiledRules {
  const { rules, findings } = compile(RulesFile.parse(file), NO_TOOLS);
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
  return rules;
}

export const silent: Log = { write: () => undefined };

/** Everything a pipeline needs, in memory. */
export function fakeDeps(
  rules: CompiledRules,
  crm: Connector,
  more: Partial<Pick<PipelineDeps, 'log' | 'tuning'>> = {},
) {
  const clock = fakeClock();
  let ids = 0;
  const deps = {
    rules,
    store: memoryStore(),
    connectors: new Map([[crm.name, crm]]),
    parking: memoryKept(clock),
    deadLetters: memoryKept(clock),
    clock,
    log: silent,
    observer: memoryObserver(),
    metrics: memoryMetrics(),
    inflate,
    newId: () => `run-${++ids}`,
    random: () => 0.5,
    pseudonym: (person: string) => `hash(${person})`,
    ...more,
  };
  return deps satisfies PipelineDeps;
}

export const message = (id: string, body: unknown, at = 1_790_000_000_000): Message => ({
  id,
  body: typeof body === 'string' || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
  at,
  source: 'test',
});
