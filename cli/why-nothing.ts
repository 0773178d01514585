import type { CompiledRules } from '../shared/core/compiled.js';
import { proposal } from '../shared/core/names.js';
import type { WhyOptions } from './why-options.js';

/** `connection/object` of everything that rules write. */
function written({ rules, optOut }: CompiledRules): ReadonlySet<string> {
  const rows = [...rules.flatMap(({ actions, otherwise = [] }) => [...actions, ...otherwise]), ...optOut];
  const places = [...rows.map(({ row }) => row), ...rules.flatMap(({ sends }) => sends)];
  return new Set(places.map(({ connection, object }) => `${connection}/${object}`));
}

const LOG_NAME = /^[0-9a-f]{16}$/;

/** What the question itself is to blame for. */
function slipIn({ about }: WhyOptions, rules: CompiledRules | undefined): string | undefined {
  if (about.kind === 'person') {
    if (!LOG_NAME.test(about.key)) return undefined;
    return `${about.key} looks like the name that logs and letters have for a person, from which nobody finds back to the key: --person takes the key; by that name look with: tributary parked list --person ${about.key}`;
  }
  const asked = `${about.row.connection}/${about.row.object}`;
  const known = rules && written(rules);
  if (!known || known.has(asked)) return undefined;
  const meant = proposal(asked, known) ?? `they write ${[...known].join(', ') || 'nothing'}`;
  return `no rule writes ${JSON.stringify(asked)}; ${meant}`;
}

/** What is said when nothing is kept of what was asked for, as far as the rules are known here. */
export function nothingText(options: WhyOptions, rules: CompiledRules | undefined): string {
  const slip = slipIn(options, rules);
  if (slip !== undefined) return `nothing is kept of that: ${slip}\n`;
  return (
    'nothing is kept of that: these rules have never sent anything for it that was answered, or longer ago than entries are kept, or audit: is off.\n' +
    'What waits to be tried again, or was given up after trying in vain, has no entry: tributary parked lists it\n'
  );
}
