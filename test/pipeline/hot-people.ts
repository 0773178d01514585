import type { Message } from '../../shared/core/ports.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';

/** A rule file without its rules. */
export const base = {
  audiences: { hot: 'hot-1', vip: 'vip-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
};

/** Part of an export: what it says of one audience, at a second of one minute. */
export const member = (audience: string, second: number, status = 'realized') => ({
  segmentMembership: {
    ups: { [audience]: { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` } },
  },
});

/** The export of a person. */
export const of = (person: string, ...parts: object[]) =>
  Object.assign({ identityMap: { crmid: [{ id: person }] } }, ...parts);

/** Runs a batch in a new process; gives the endings of its records. */
export const run = async (
  deps: PipelineDeps,
  messages: readonly Message[],
  redelivers = true,
  deadline?: number,
) =>
  (
    await createPipeline(deps).run(
      messages,
      deadline === undefined ? { redelivers } : { redelivers, deadline },
    )
  ).flatMap(({ endings }) => endings.map(({ name }) => name));

/** An upsert of a row, as a file has it. */
export const contact = (set: object, match: object = { Id: '$key' }, object = 'Contact') => ({
  upsert: `sales/${object}`,
  match,
  set,
});
