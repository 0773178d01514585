import { type Config, formatFinding, loadConfig } from '../../shared/config/load.js';
import { NO_TOOLS } from '../../shared/core/tools.js';

type Settings = Readonly<Record<string, string | undefined>>;

/** The parts of a file that is right; a test replaces the one it is about. */
const PARTS = {
  audiences: 'audiences: { hot: hot-1 }',
  person: 'person: { key: [crmid] }',
  connections: 'connections: { sales: { type: http, url: "https://crm.example.com/x" } }',
  rules: `rules:
  - name: one
    when: { member: hot }
    do:
      - upsert: sales/Contact
        match: { Id: $key }
        set: { F: p.a }`,
};

/** How a file refers to a setting. */
export const ref = (name: string): string => `$${'{'}${name}}`;

/** A file that is right but for the parts given: audiences on line 1, person 2, connections 3, rules from 4. */
export const fileOf = (parts: Partial<typeof PARTS> = {}): string =>
  `${Object.values({ ...PARTS, ...parts }).join('\n')}\n`;

/** A file whose only rule has this as its set, which begins at line 10, column 14. */
export const fileWithSet = (set: string): string => fileOf({ rules: PARTS.rules.replace('{ F: p.a }', set) });

/** What is wrong with a text, one line a finding. */
export function faultsOf(text: string, settings: Settings = {}): readonly string[] {
  const loaded = loadConfig(text, 'f.yaml', settings, NO_TOOLS);
  return loaded.ok ? [] : loaded.findings.map(formatFinding);
}

/** The configuration of a text that must be right. */
export function configOf(text: string, settings: Settings = {}): Config {
  const loaded = loadConfig(text, 'f.yaml', settings, NO_TOOLS);
  if (loaded.ok) return loaded.config;
  throw new Error(loaded.findings.map(formatFinding).join('\n'));
}
