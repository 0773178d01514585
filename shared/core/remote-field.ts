import * as z from 'zod';

/** What a field of a remote system takes. */
export const FIELD_TYPES = ['text', 'number', 'boolean', 'date', 'datetime', 'choice', 'any'] as const;

/** One field of a remote object, as far as rules can be held against it. */
export const RemoteField = z.strictObject({
  type: z.enum(FIELD_TYPES).describe('What the field takes; choice: one of "values".'),
  length: z.int().positive().optional().describe('Most characters of a text.'),
  values: z.array(z.string()).optional().describe('What a choice can be.'),
  key: z.boolean().optional().describe('Whether rows can be matched on it: an external id.'),
  required: z.boolean().optional().describe('Whether a new row must have it.'),
  readonly: z.boolean().optional().describe('Whether nobody but the system itself writes it.'),
});
export type RemoteField = z.infer<typeof RemoteField>;
