import * as z from 'zod';

const Char = z.string().refine((text) => [...text].length === 1, { error: 'must be one character' });

/** The characters that Adobe offers, by the words people have for those that cannot be seen. */
const Delimiter = z
  .string()
  .refine((text) => [...text].length === 1 || text === 'tab', { error: 'must be one character, or tab' })
  .transform((text) => (text === 'tab' ? '\t' : text));

const Quote = z
  .union([Char, z.literal('none')], { error: 'must be one character, or none' })
  .transform((text) => (text === 'none' ? '' : text));

const Header = z.union([z.boolean(), z.array(z.string().min(1).max(500)).min(1).max(10_000)], {
  error: 'must be true, false or the list of the names of the columns',
});

/**
 * How CSV is written. The names are those of Adobe's file formatting options; whatever is left out is told by the file
 * itself, or is Adobe's default.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/ui/activate/batch-destinations-file-formatting-options.html
 */
export const CsvSection = z.strictObject({
  delimiter: Delimiter.optional().describe(
    'One character, or tab. When absent, the one the header has most of.',
  ),
  quote: Quote.optional().describe('One character, or none when nothing is quoted. When absent, ".'),
  escape: Char.optional().describe('What makes a quote within quotes a plain one. When absent, \\.'),
  quoteEscape: Char.optional().describe('What makes the escape a plain one (charToEscapeQuoteEscaping).'),
  nullValue: z
    .string()
    .optional()
    .describe('How a cell without a value is written. When absent, as nothing.'),
  emptyValue: z.string().optional().describe('How an empty text is written. When absent, "".'),
  encoding: z
    .enum(['utf-8', 'utf-16', 'utf-16le', 'utf-16be'])
    .optional()
    .describe('When absent, what the byte order mark says, else utf-8.'),
  header: Header.optional().describe(
    'Whether the first row has the names of the columns (true when absent), or these names where the file has none.',
  ),
  trim: z.boolean().optional().describe('Whether blanks around values are left out. When absent, they are.'),
  lineSeparator: Char.optional().describe('What ends a row. When absent, a line feed or a carriage return.'),
});
export type CsvSection = z.infer<typeof CsvSection>;
