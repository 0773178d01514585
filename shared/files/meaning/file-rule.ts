import * as z from 'zod';
import { SecretRef } from '../../connectors/auth/secret.js';
import { Name } from '../../core/name.js';
import { ColumnTarget } from './column-target.js';
import { CsvSection } from './csv-section.js';
import { From } from './from.js';
import { templateFault } from './template.js';

const UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };

/** `5 minutes`; milliseconds. */
const Duration = z
  .string({ error: 'must be a time with its unit, such as 5 minutes' })
  .regex(/^\d{1,4} (?:second|minute|hour)s?$/, 'must be a time with its unit, such as 5 minutes')
  .transform((text) => {
    const [count = '', unit = ''] = text.split(' ');
    return Number(count) * (UNIT_MS[unit.replace(/s$/, '')] ?? 0);
  });

/** `20%`; a share from 0 to 1. */
const Share = z
  .string({ error: 'must be a share such as 20%' })
  .regex(/^(?:100|\d{1,2})(?:\.\d{1,2})?%$/, 'must be a share such as 20%')
  .transform((text) => Number(text.slice(0, -1)) / 100)
  .refine((share) => share <= 1, { error: 'must be at most 100%' });

const DEFAULT_MOST_EXITS = 0.2;
const DEFAULT_STABLE_MS = 300_000;

const Snapshot = z
  .union([z.boolean(), z.strictObject({ 'most exits': Share })], {
    error: 'must be true, false or { most exits: 20% }',
  })
  .transform((text) => {
    if (text === false) return undefined;
    return { mostExits: text === true ? DEFAULT_MOST_EXITS : text['most exits'] };
  });

const Complete = z
  .union([z.strictObject({ manifest: z.literal(true) }), z.strictObject({ 'stable for': Duration })], {
    error: 'must be { manifest: true } or { stable for: 5 minutes }',
  })
  .transform((text) =>
    'manifest' in text
      ? ({ kind: 'manifest' } as const)
      : ({ kind: 'stable', ms: text['stable for'] } as const),
  );

const Key = z.strictObject({ key: SecretRef, passphrase: SecretRef.optional() });

/** One key, or several: while one is replaced, files that were encrypted for the old one still come. */
const Decrypt = z
  .union(
    [
      SecretRef,
      Key,
      z
        .array(z.union([SecretRef, Key]))
        .min(1)
        .max(10),
    ],
    {
      error:
        'must be a reference such as "secret:pgp", never the key itself, or { key: "secret:pgp", passphrase: "secret:pgp-passphrase" }, or a list of up to ten of these',
    },
  )
  .transform((text) => [text].flat().map((one) => (typeof one === 'string' ? { key: one } : one)));

const Column = z.string().min(1).max(500);

const Match = z.string().superRefine((text, context) => {
  const message = templateFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** One entry of `files:`: where files lie, which of them are meant, and what they mean. */
export const FileRule = z.strictObject({
  name: Name.describe('In reports and logs; no two entries have the same.'),
  from: From,
  auth: z
    .looseObject({})
    .optional()
    .describe("Only what the place needs beyond the deployment's own role; who opens the place reads it."),
  match: Match.optional().describe(
    'The names of the files that are meant, with macros as Adobe has them: %SEGMENT_ID%, %SEGMENT_NAME%, %DATETIME%, … When absent, every file is.',
  ),
  format: z
    .enum(['csv', 'json', 'parquet'])
    .optional()
    .describe('When absent, what the first bytes and the name say.'),
  csv: CsvSection.optional().describe('How CSV is written, where the file does not tell itself.'),
  decrypt: Decrypt.optional().describe('The private key (PGP) of encrypted files.'),
  audience: z
    .union([Name, z.strictObject({ column: Column })], {
      error: 'must be the name of an audience of this file, or { column: NAME }',
    })
    .optional()
    .describe('The audience the rows are about. When absent, columns or the name of the file tell it.'),
  columns: z
    .record(Column, ColumnTarget)
    .default({})
    .describe('What columns mean whose names do not tell it themselves.'),
  snapshot: Snapshot.optional().describe(
    'Each export holds all members: who is missing has left. { most exits: 20% } is the share above which nothing is done before somebody says so.',
  ),
  complete: Complete.default({ kind: 'stable', ms: DEFAULT_STABLE_MS }).describe(
    'When a file is whole: its manifest lists it with its size, or it has not changed for some time.',
  ),
});
export type FileRule = z.infer<typeof FileRule> & {
  /**
   * The names in Adobe of the audiences that the rule file declares by name, by the names it has for them: files are called after
   * them.
   */
  readonly titles?: ReadonlyMap<string, string>;
};
