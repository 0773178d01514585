import { fileSchemaText } from '../shared/config/json-schema.js';
import { readValues } from './words.js';
import { complain, runHere, type World } from './world.js';

const HELP = `tributary schema: prints the JSON schema of rule files, for editors.

  --json             the same: it is JSON already
  --help             this text

Save it, and name it in the first line of your rule file:

  tributary schema > tributary.schema.json
  # yaml-language-server: $schema=./tributary.schema.json

Exit status: 0 fine, 2 wrong use.
`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** `tributary schema` on a given machine. */
export async function runSchema(args: readonly string[], world: World): Promise<number> {
  try {
    await world.out(readValues(args, OPTIONS).help ? HELP : fileSchemaText());
    return 0;
  } catch (error) {
    return complain('schema', error, world);
  }
}

/** `tributary schema`. */
export const schema = (args: readonly string[]): Promise<number> => runHere(runSchema, args);
