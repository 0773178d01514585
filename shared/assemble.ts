import { randomBytes, randomUUID } from 'node:crypto';
import { openAudienceBook } from './assemble-book.js';
import { auditOn } from './audit/audit.js';
import { systemClock } from './clock.js';
import type { Config } from './config/load.js';
import { readConfig } from './config/read-config.js';
import { secretsIn } from './connectors/auth/secret.js';
import type { ConnectorDeps } from './connectors/deps.js';
import { loadConnector } from './connectors/load-connector.js';
import type { Clock, Log, Pipeline, Secrets, StateStore } from './core/ports.js';
import type { Connector } from './core/remote.js';
import { namedRules } from './door/named-rules.js';
import { jsonLog } from './log.js';
import { openMetrics } from './metrics/open.js';
import { observerNamed } from './observers.js';
import { inflate } from './pipeline/inflate.js';
import { createReplay, type Replay } from './pipeline/replay.js';
import { createPipeline } from './pipeline/run.js';
import { pseudonymOf } from './pseudonym.js';
import { openSecrets, withSecrets } from './secrets.js';
import { checkSettings, keptOptions, patienceOf, readSettings, tuningOf } from './settings.js';
import { openStore } from './stores/open.js';
import { openLetters, openParking } from './stores/open-kept.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What a pipeline takes from the machine it runs on; tests lend their own. */
export interface Machine {
  readonly clock: Clock;
  /** The network, where it is not the real one. Each connector opens the real one as it needs it. */
  readonly fetch?: typeof fetch;
}

const thisMachine: Machine = { clock: systemClock };

/** A pipeline, the consumer of its retry queue, and what both are made of. */
export interface Assembled {
  readonly pipeline: Pipeline;
  readonly replay: Replay;
  readonly config: Config;
  readonly store: StateStore;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Puts a pipeline together from a deployment's settings: the file, its connections, the stores. Both clouds and the
 * local run call this, so that they cannot differ. Throws a `config.*` fault that names what is wrong.
 */
export async function assembleAll(given: Env, { clock, fetch }: Machine = thisMachine): Promise<Assembled> {
  checkSettings(given);
  const secrets = await openSecrets(given, clock);
  const env = await withSecrets(given, secrets);
  const settings = readSettings(env);
  const config = await readConfig(settings.TRIBUTARY_CONFIG, settings.TRIBUTARY_FUNCTIONS, env);
  const write = (line: string) => void process.stdout.write(line);
  const sample = { share: settings.TRIBUTARY_LOG_SAMPLE, random: Math.random };
  const log = jsonLog(settings.TRIBUTARY_LOG_LEVEL, write, clock.now, sample);
  const traces =
    settings.TRIBUTARY_TRACES === 'off'
      ? undefined
      : (await import('./traces/open.js')).openTraces({ clock, log }, settings, given);
  const deps: ConnectorDeps = {
    ...{ secrets, clock },
    ...(fetch && { fetch }),
    ...(traces && { traceparent: traces.traceparent }),
  };
  const connectors = new Map<string, Connector>();
  for (const [name, connection] of config.connections) {
    // Asked for now, so that a missing one stops the start and not the first batch.
    for (const secret of secretsIn(connection)) await secrets.get(secret);
    connectors.set(name, await loadConnector(name, connection, deps));
  }
  const kept = { ...keptOptions(settings), clock };
  const parking = await openParking(kept);
  const deadLetters = await openLetters(kept);
  const rulesFor = await namedRules({ ...config, book: await openAudienceBook(env, clock), clock, log });
  const store = await openStore(settings.TRIBUTARY_STATE, {
    clock,
    connection: settings.TRIBUTARY_STATE_CONNECTION,
    ttlDays: settings.TRIBUTARY_STATE_TTL_DAYS,
  });
  const parts = {
    rules: config.rules,
    rulesFor,
    store,
    connectors,
    parking,
    deadLetters,
    clock,
    log,
    observer: observerNamed(settings.TRIBUTARY_OBSERVER),
    ...(config.rules.audit && { audit: auditOn(store, clock, config.rules.audit) }),
    metrics: openMetrics(settings.TRIBUTARY_METRICS, { write, now: clock.now }),
    inflate,
    newId: randomUUID,
    random: Math.random,
    pseudonym: pseudonymOf(settings.TRIBUTARY_LOG_KEY ?? randomBytes(32)),
    patience: patienceOf(settings),
    tuning: tuningOf(settings),
  };
  const pipeline = traces ? traces.pipeline(parts) : createPipeline(parts);
  return {
    pipeline,
    replay: createReplay({ pipeline, parking, source: parking.place, deadLetters, clock, log }),
    ...{ config, store, secrets, clock, log },
  };
}

/** The pipeline alone, see {@link assembleAll}. */
export async function assemble(env: Env, machine: Machine = thisMachine): Promise<Pipeline> {
  return (await assembleAll(env, machine)).pipeline;
}
