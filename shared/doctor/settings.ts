import type { Finding } from '../core/remote.js';
import { type Judged, judgeSettings } from '../settings/judge.js';
import type { Part } from './part.js';

type Env = Readonly<Record<string, string | undefined>>;

const ADVICE: Readonly<Record<Judged['wrong'], string>> = {
  missing: 'Functions do not start without it. Set it, or run this with the settings of the deployment.',
  unknown: 'Take it out, or give it its right name (docs/settings.md).',
  value: 'Functions do not start with it; docs/settings.md says what may stand there.',
  plain:
    'Well enough on a machine of your own. In a deployment let it name a secret, or refer to a Key Vault.',
};

const findingOf = ({ name, wrong, what }: Judged): Finding => ({
  // What is not set here may well be set in the deployment.
  level: wrong === 'value' ? 'error' : 'warning',
  what: `${name}: ${what}`,
  advice: ADVICE[wrong],
});

/** The settings themselves, held against the table of all there are. `files` says whether the rule file has `files:`. */
export const settingsPart = (env: Env, { files }: { readonly files: boolean }): Part => ({
  name: 'settings',
  async look() {
    const found = judgeSettings(env, { files }).map(findingOf);
    return found.length > 0 ? found : [{ level: 'well', what: 'all are known and can be used' }];
  },
});
