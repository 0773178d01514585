import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type DemoCrm, startDemoCrm } from '../../local/demo-crm/server.js';
import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import { closeMemories, openKept } from '../../shared/stores/open.js';
import { profile, type Says } from '../conformance/people.js';
import { rulesFile } from '../conformance/rules.js';
import { NOW, sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { settingsFor, tributaryParked } from './parked-world.js';

/** What the CRM said of the rows of these letters. */
export const refusal = new Fault('remote.rejected', 'sales refused the row');

/** A letter with the export of a person. */
export const letter = (says: Says, more: Partial<KeptMessage> = {}, at = NOW): KeptMessage =>
  sample(
    { fault: refusal, attempts: 20, firstSeen: NOW - 9e8, ...more },
    { id: `of ${says.id}`, at, body: Buffer.from(JSON.stringify(profile(says))) },
  );

/** The dead letters of the deployment. */
export const letters = () => openKept('TRIBUTARY_DEAD_LETTERS', 'memory:cli', fakeClock());

/** The retry queue of the deployment. */
export const parking = () => openKept('TRIBUTARY_PARKING', 'memory:cli', fakeClock());

/** A deployment with a demo CRM, both made anew for each test of the file that calls this. */
export function parkedOrg() {
  let crm: DemoCrm;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-parked-'));
    await writeFile(join(folder, 'tributary.yaml'), rulesFile(30_000));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    crm = await startDemoCrm();
    env = settingsFor(crm, join(folder, 'tributary.yaml'));
  });
  afterEach(async () => {
    closeMemories();
    await crm.close();
  });
  return {
    crm: () => crm,
    folder: () => folder,
    env: () => env,
    row: (id: string) => crm.rows('Contact').get(id),
    replay: (...args: string[]) => tributaryParked(['replay', '--rate', '1000', ...args], env),
  };
}
