import { STATUSES } from '../../core/profile.js';
import { parseTime } from '../../core/time.js';
import type { Family } from './family.js';

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a full export before may have taken people out, so that being in this one must count for more than an older time. */
export const hasOthers = ({ rolls }: Family, stem: string): boolean =>
  rolls.some((roll) => roll.complete || roll.stem !== stem);

/** A membership as of `at`, epoch milliseconds, unless it is newer; what cannot be read stays as it is. */
function standing(membership: unknown, at: number): unknown {
  if (!isObject(membership)) return membership;
  const { status = 'realized', lastQualificationTime: time } = membership;
  const member = typeof status === 'string' ? STATUSES[status.toLowerCase()] : undefined;
  const known = time === undefined ? undefined : parseTime(time);
  if (member === undefined || known === undefined) return membership;
  // As exits by absence: of a person with several rows, the one that has them in the audience counts.
  const least = member ? at : at - 1;
  if (known >= least * 1000) return membership;
  return { ...membership, lastQualificationTime: new Date(least).toISOString() };
}

/**
 * A row of a full export as of the time of its file, `at`, epoch milliseconds: who is in the newest one is a member, however long ago
 * they qualified, and whatever an earlier one without them made of it.
 */
export function standingNow(body: Body, at: number): Body {
  const { segmentMembership: all } = body;
  if (!isObject(all)) return body;
  const raised = Object.entries(all).map(([namespace, audiences]) => [
    namespace,
    isObject(audiences)
      ? Object.fromEntries(Object.entries(audiences).map(([id, one]) => [id, standing(one, at)]))
      : audiences,
  ]);
  return { ...body, segmentMembership: Object.fromEntries(raised) };
}
