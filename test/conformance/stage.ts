import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DemoCrm, startDemoCrm } from '../../local/demo-crm/server.js';
import { startReplay } from '../../local/dev/replay-loop.js';
import { assemble } from '../../shared/assemble.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import { provideObserver } from '../../shared/observers.js';
import { settingOfSecret } from '../../shared/secrets.js';
import { openKept } from '../../shared/stores/open.js';
import type { Cloud, Deployment, Site } from './cloud.js';
import { crmOutcome, endingsOf, keptUnderNames, type Mail, type Outcome } from './outcome.js';
import { type QuickClock, quickClock } from './quick-clock.js';
import { createRecorder, type Recorder } from './recorder.js';
import { rulesFile } from './rules.js';
import { startWorker } from './worker.js';

/** What a scenario plays on: a fresh CRM, fresh stores and a fresh stream, on one of the clouds. */
export interface Stage {
  readonly crm: DemoCrm;
  readonly deployment: Deployment;
  readonly recorder: Recorder;
  /** Everything published so far, by the id the function knows it under. */
  readonly mail: ReadonlyMap<string, Mail>;
  publish(mail: readonly Mail[]): Promise<void>;
  /** Waits until every message published so far has ended and the stream need not deliver it again. */
  settled(): Promise<void>;
  /** Waits until batches have been given back to the stream so many times more. */
  heldAgain(times: number): Promise<void>;
  /** Runs the retry queue until it is empty. */
  replay(): Promise<void>;
  outcome(): Promise<Outcome>;
  close(): Promise<void>;
}

/** What differs from the usual stage. */
export interface StageOptions {
  readonly lanes?: number;
  /** How long the CRM may take for one request. */
  readonly timeoutMs?: number;
}

const PATIENCE_MS = 30_000;
/** Pipelines wait seconds for a CRM and more than a minute for a lease. */
const HASTE = 1_000;

/** Looks again and again until it is so. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain until ${what}`);
    await delay(10);
  }
}

const settingsOf = (name: string, crm: DemoCrm, config: string) => ({
  AWS_REGION: 'eu-central-1',
  SALESFORCE_DOMAIN: crm.url,
  [settingOfSecret('salesforce')]: JSON.stringify({ clientId: crm.clientId, clientSecret: crm.clientSecret }),
  TRIBUTARY_CONFIG: config,
  TRIBUTARY_STATE: `memory:${name}`,
  TRIBUTARY_PARKING: `memory:${name}`,
  TRIBUTARY_DEAD_LETTERS: `memory:${name}`,
  TRIBUTARY_LOG_LEVEL: 'silent',
  TRIBUTARY_OBSERVER: name,
});

interface Parts {
  readonly site: Site;
  readonly crm: DemoCrm;
  readonly recorder: Recorder;
  readonly deployment: Deployment;
  readonly folder: string;
  readonly mail: Map<string, Mail>;
}

const kept = async (setting: string, { name, clock }: Site): Promise<readonly KeptMessage[]> =>
  (await openKept(setting, `memory:${name}`, clock)).all();

async function replay({ site }: Parts): Promise<void> {
  const parking = await openKept('TRIBUTARY_PARKING', `memory:${site.name}`, site.clock);
  const pipeline = await site.boot().pipeline();
  const loop = startReplay(pipeline, parking, site.clock, site.report);
  await until('the retry queue is empty', () => parking.all().length === 0);
  await loop.close();
}

async function outcomeOf({ site, crm, recorder, deployment, mail }: Parts): Promise<Outcome> {
  return {
    endings: endingsOf(mail, recorder),
    letters: keptUnderNames(await kept('TRIBUTARY_DEAD_LETTERS', site), mail),
    parked: keptUnderNames(await kept('TRIBUTARY_PARKING', site), mail),
    ...crmOutcome(crm),
    left: mail.size - (await deployment.position()),
  };
}

function stageOf(parts: Parts): Stage {
  const { crm, deployment, recorder, mail } = parts;
  const isSettled = (id: string): boolean => recorder.of(id).some((one) => one.settled);
  return {
    crm,
    deployment,
    recorder,
    mail,
    async publish(messages) {
      const ids = await deployment.publish(messages.map(({ body, lane = 0 }) => ({ body, lane })));
      for (const [i, one] of messages.entries()) mail.set(ids[i] ?? '', one);
    },
    async settled() {
      await until('every message has ended', () => [...mail.keys()].every(isSettled));
      await until('the stream is done', async () => (await deployment.position()) === mail.size);
    },
    async heldAgain(times) {
      const goal = recorder.heldBatches + times;
      await until(`${times} more batches are held`, () => recorder.heldBatches >= goal);
    },
    replay: () => replay(parts),
    outcome: () => outcomeOf(parts),
    async close() {
      await deployment.close();
      await crm.close();
      await rm(parts.folder, { recursive: true });
    },
  };
}

/** Sets the stage on a cloud. `report` is told of what the platform complains about. */
export async function setStage(
  cloud: Cloud,
  name: string,
  { lanes = 1, timeoutMs = 30_000 }: StageOptions,
  report: (error: unknown) => void,
  clock: QuickClock = quickClock(HASTE),
): Promise<Stage> {
  const crm = await startDemoCrm();
  const recorder = createRecorder();
  provideObserver(name, recorder);
  const folder = await mkdtemp(join(tmpdir(), 'tributary-conformance-'));
  const config = join(folder, 'tributary.yaml');
  await writeFile(config, rulesFile(timeoutMs));
  const settings = settingsOf(name, crm, config);
  const boot = () => startWorker((machine) => assemble(settings, machine), clock);
  const site: Site = { name, lanes, settings, clock, boot, report };
  const deployment = await cloud.deploy(site);
  return stageOf({ site, crm, recorder, deployment, folder, mail: new Map() });
}
