import * as z from 'zod';
import type { AuditSetting } from './audit.js';

/** Unless the rule file says otherwise. */
const AUDIT: AuditSetting = { days: 30, values: false };

/** `audit:` of the rule file. */
export const AuditSection = z.union(
  [
    z.literal('off'),
    z.strictObject({
      days: z.number().positive().max(3650).default(AUDIT.days).describe('How long an entry is kept.'),
      values: z
        .boolean()
        .default(AUDIT.values)
        .describe('Whether the values of fields and the words of targets are kept, too: they are personal.'),
    }),
  ],
  { error: 'must be off, or { days: 30, values: false } or a part of that' },
);

/** What the section says; undefined when nothing shall be kept. Who says nothing has it on. */
export const auditOf = (section: z.infer<typeof AuditSection> | undefined): AuditSetting | undefined =>
  section === 'off' ? undefined : (section ?? AUDIT);
