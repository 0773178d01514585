import { type Checked, checkConfig } from '../../shared/config/check.js';
import { bad, ok } from '../../shared/core/fault.js';
import { toolsFor } from '../../shared/tools/load.js';

/** What lies beside a file: texts by name. */
export type Beside = Readonly<Record<string, string>>;

/** Checks a text with the tools it needs. */
export const checked = async (
  text: string,
  beside: Beside = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<Checked> =>
  checkConfig(text, 'f.yaml', {
    settings,
    tools: await toolsFor(text),
    read: async (name) => {
      const found = beside[name];
      return found === undefined ? bad('config.unreadable', 'cannot be read (ENOENT)') : ok(found);
    },
    tests: Object.entries(beside)
      .filter(([name]) => name.endsWith('.tests.yaml'))
      .map(([file, testText]) => ({ file, text: testText })),
  });

/** What is found in a text, `line:column code message` each; with a pattern only the codes that match. */
export const findingsOf = async (
  text: string,
  codes = /./,
  beside: Beside = {},
): Promise<readonly string[]> =>
  (await checked(text, beside)).findings
    .filter(({ code }) => codes.test(code))
    .map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);

const HEAD = `audiences: { hot: hot-1, cold: cold-1, up: { id: up-1, namespace: Upload } }
person: { key: [crmid] }
connections: { crm: { type: http, url: "https://crm.example.com/x" } }
rules:
`;

/** A file of these rules, which begin at line 5. */
export const ruled = (...rules: readonly string[]): string =>
  HEAD + rules.map((rule) => `  - ${rule.trim().replaceAll('\n', '\n    ')}\n`).join('');

/** One rule in three lines: name, when and if, do. */
export const rule = (name: string, when: string, set: string, more = ''): string =>
  `name: ${name}\nwhen: { ${when} }${more === '' ? '' : `\n${more}`}\ndo: [{ upsert: crm/C, match: { Id: $key }, set: { ${set} } }]`;
