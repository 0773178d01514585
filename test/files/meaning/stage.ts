import { parse } from 'yaml';
import { type Config, formatFinding, loadConfig } from '../../../shared/config/load.js';
import { NO_TOOLS } from '../../../shared/core/tools.js';
import { type FileMeaning, fileMeaning } from '../../../shared/files/meaning/file-meaning.js';

/** Ids of audiences, as Adobe makes them. */
export const HOT = '59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae';
export const COLD = '12341e18-abcd-49c2-836d-123c88e76c39';

const RULES = `
audiences:
  hot prospects: ${HOT}
  cold: ${COLD}
  vip_2: { id: vip-2026, namespace: CustomerAudienceUpload }
  partner: { id: "7", namespace: my_upload }
person: { key: [crmid, email, personalEmail.address] }
connections: { sales: { type: http, url: "https://crm.example.com/x" } }
rules:
  - name: one
    when: { member: hot prospects }
    if: loyalty.points > 5 or tags[0] = "x" or _acme.flags.vip = true
    do:
      - upsert: sales/Contact
        match: { Id: $key }
        set: { First: person.name.firstName, Last: person.name.lastName, Mail: personalEmail.address, City: "addresses[type=home].city" }
`;

/** A configuration of these rules with one entry of `files:`, in YAML; its name and place are given. */
export function configWith(entry = ''): Config {
  const members = entry.trim() === '' ? '' : `\n    ${entry.trim().replaceAll('\n', '\n    ')}`;
  const text = `${RULES}files:\n  - name: daily\n    from: s3://exports/aep${members}\n`;
  const loaded = loadConfig(text, 'f.yaml', {}, NO_TOOLS);
  if (loaded.ok) return loaded.config;
  throw new Error(`${loaded.findings.map(formatFinding).join('\n')}\n${JSON.stringify(parse(text))}`);
}

/** What such an entry makes of files. */
export function meaningWith(entry = '', titles?: ReadonlyMap<string, string>): FileMeaning {
  const { files, rules } = configWith(entry);
  const [rule] = files;
  if (!rule) throw new Error('there is no entry');
  return fileMeaning({ ...rule, ...(titles && { titles }) }, rules);
}
