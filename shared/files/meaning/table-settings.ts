import type { CsvSettings, DecryptKey, TableSettings } from '../formats/settings.js';
import type { FileRule } from './file-rule.js';

function csvSettings(csv: NonNullable<FileRule['csv']>): CsvSettings {
  const { delimiter, quote, quoteEscape, nullValue, emptyValue, trim, header, encoding } = csv;
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(quote !== undefined && { quote }),
    ...(csv.escape !== undefined && { escape: csv.escape }),
    ...(quoteEscape !== undefined && { charToEscapeQuoteEscaping: quoteEscape }),
    ...(nullValue !== undefined && { null: nullValue }),
    ...(emptyValue !== undefined && { empty: emptyValue }),
    ...(trim !== undefined && { ignoreLeadingWhiteSpace: trim, ignoreTrailingWhiteSpace: trim }),
    ...(header !== undefined && { header }),
    ...(encoding !== undefined && { encoding }),
    ...(csv.lineSeparator !== undefined && { lineSeparator: csv.lineSeparator }),
  };
}

/** How the files of an entry are to be read. `keys` are those its `decrypt` names, once they have been fetched. */
export const tableSettings = (
  { format, csv }: Pick<FileRule, 'format' | 'csv'>,
  keys: readonly DecryptKey[] = [],
): TableSettings => ({
  ...(format !== undefined && { format }),
  ...(csv !== undefined && { csv: csvSettings(csv) }),
  ...(keys.length > 0 && { decrypt: keys }),
});
