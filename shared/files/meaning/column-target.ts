import * as z from 'zod';
import { CAST_NAMES } from '../../core/casts.js';

/** What may be made of a cell before it is used: the casts of mappings, and JSON from a text. */
export const COLUMN_CASTS = [...CAST_NAMES, 'json'] as const;
export type ColumnCast = (typeof COLUMN_CASTS)[number];

const ATTRIBUTE = /^[A-Za-z_][\w-]*(?:\.[\w:-]+)*$/;
const IDENTITY = /^identityMap\.(?!__proto__$)[^\s.][^\n]{0,199}$/;
const MEMBERSHIP = /^segmentMembership\.[^.\s]{1,200}\.[^\n]{1,200}$/;

const isHostile = (text: string): boolean => text.split('.').includes('__proto__');

const To = z
  .string()
  .refine(
    (text) => !isHostile(text) && (ATTRIBUTE.test(text) || IDENTITY.test(text) || MEMBERSHIP.test(text)),
    {
      error:
        'must be an attribute path such as person.name.firstName, identityMap.NAMESPACE, segmentMembership.NAMESPACE.ID, or one of status, time, audience, ignore',
    },
  );

/** Where the cells of a column go, and what is made of them first. */
export const ColumnTarget = z
  .union(
    [
      To,
      z.strictObject({
        to: To.describe('Where the cells go.'),
        as: z.enum(COLUMN_CASTS).optional().describe('What is made of them first.'),
      }),
    ],
    { error: 'must be a path or word, or { to: path, as: number }' },
  )
  .transform((target) => (typeof target === 'string' ? { to: target } : target));
export interface ColumnTarget {
  readonly to: string;
  readonly as?: ColumnCast | undefined;
}
