import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cloud } from './cloud.js';
import type { Outcome } from './outcome.js';
import { type Stage, type StageOptions, setStage } from './stage.js';

/** One story, told on every cloud. What it answers is everything the clouds must agree in, spelled out. */
export interface Scenario extends StageOptions {
  readonly name: string;
  /** `calls` is left out where it hangs on how a stream groups messages into batches. */
  play(stage: Stage): Promise<Omit<Outcome, 'calls'> & { readonly calls?: number }>;
}

/**
 * Plays every scenario on one cloud. Each must end in the one outcome it spells out, so clouds that pass are the same
 * in CRM rows, writes, endings, dead letters, parked records and the stream's position.
 */
export function testConformance(
  name: string,
  start: () => Promise<Cloud>,
  scenarios: readonly Scenario[],
): void {
  let cloud: Cloud | undefined;
  beforeAll(async () => {
    cloud = await start();
  });
  afterAll(() => cloud?.close());
  for (const [i, scenario] of scenarios.entries()) {
    test(`${name}: ${scenario.name}`, async () => {
      if (cloud === undefined) throw new Error('the cloud is not up');
      const complaints: unknown[] = [];
      const stage = await setStage(cloud, `s${i}`, scenario, (error) => complaints.push(error));
      try {
        const expected = await scenario.play(stage);
        const { calls, ...rest } = await stage.outcome();
        expect('calls' in expected ? { ...rest, calls } : rest).toEqual(expected);
        expect([...stage.recorder.sources]).toEqual([stage.deployment.source]);
      } catch (error) {
        const said = complaints.slice(-3).map(String).join('\n');
        throw new Error(
          `${String(error)}\nThe platform complained ${complaints.length} times, at last:\n${said}`,
          { cause: error },
        );
      } finally {
        await stage.close();
      }
    });
  }
}
