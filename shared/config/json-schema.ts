import * as z from 'zod';
import { ConnectionConfig } from '../connectors/registry.js';
import { Name } from '../core/name.js';
import { CONNECTION_MEMBERS, RulesFile } from '../core/rules.js';
import { FileRule } from '../files/meaning/file-rule.js';
import { PLACE_AUTHS } from '../files/places/auth.js';

/** Each type of connection with the members that all of them may have. */
const Connection = z.union(ConnectionConfig.options.map((option) => option.safeExtend(CONNECTION_MEMBERS)));

const { s3, blob, dlz, sftp, gcs } = PLACE_AUTHS;
/** Each place is signed in to in its own way. */
const FileEntry = FileRule.safeExtend({
  auth: z
    .union([s3, blob, dlz, sftp, gcs])
    .optional()
    .describe("Only what the place needs beyond the deployment's own role."),
});

const Published = RulesFile.safeExtend({
  connections: z
    .record(Name, Connection)
    .describe('The systems that are changed, by the names that actions use.'),
  files: z
    .array(FileEntry)
    .optional()
    .describe('Files of exports: where they lie and what they mean (docs/files.md).'),
});

/**
 * The JSON schema of rule files, for editors. It says less than `tributary check`: what depends on other parts of the file,
 * or on the inside of a text, no schema can say.
 */
export const fileSchema = (): Readonly<Record<string, unknown>> => ({
  // Draft 7 is what the YAML language servers of editors know best.
  ...z.toJSONSchema(Published, { io: 'input', target: 'draft-7', reused: 'ref' }),
  title: 'tributary rule file',
});

/** The same as the text of a file. */
export const fileSchemaText = (): string => `${JSON.stringify(fileSchema(), null, 2)}\n`;
