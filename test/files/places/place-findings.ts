import { openFiles } from '../../../shared/config/open-files.js';
import { RulesFile } from '../../../shared/core/rules.js';

/** What is found wrong with `from:` and `auth:` of a rule file's only entry of `files:`, and where in the entry. */
export function placeFindings(from: string, auth: unknown) {
  const file = RulesFile.parse({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: {},
    rules: [],
    files: [{ name: 'daily', from, auth }],
  });
  return openFiles(file, undefined).findings.map(({ path, message }) => ({ path: path.slice(2), message }));
}
