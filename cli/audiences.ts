import { openAudienceBook } from '../shared/assemble-book.js';
import { type AudienceRecord, recordJson } from '../shared/door/audience.js';
import { printable } from './printable.js';
import { readValues } from './words.js';
import { complain, runHere, type World } from './world.js';
import { WrongUse } from './wrong-use.js';

const HELP = `tributary audiences: the audiences that somebody in Adobe's UI activated to this deployment, by their names.

  --yaml   as the section "audiences" of a rule file, to copy names from
  --json   one JSON object a line
  --help   this text

They are kept with the persons' state: TRIBUTARY_STATE (and TRIBUTARY_STATE_CONNECTION) say where, as in the deployment's settings. Destinations with an audience
template register audiences: those of tributary adobe do. Others are known by the names that exports carry ("Include Segment
Names"). A rule file may declare an audience by its name alone: vip: { name: "VIP customers" }.

  TRIBUTARY_STATE=dynamodb:tributary-state tributary audiences
  tributary audiences --yaml      prints the section: copy the lines you need into "audiences" of your file, which may have but one

Exit status: 0 fine, 2 wrong use, or a store that does not answer.
`;

const OPTIONS = {
  yaml: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** A name as rules can have it: letters, digits and hyphens, none twice. */
function ruleName(name: string, taken: Set<string>): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const base = /^[a-z]/.test(plain) ? plain : `audience-${plain}`.replace(/-$/, '');
  let found = base;
  for (let i = 2; taken.has(found); i++) found = `${base}-${i}`;
  taken.add(found);
  return found;
}

/** Ids stand in quotes: YAML would take some for numbers. The namespace is told by exports only; that of segments is usual. */
const refOf = (id: string, namespace = 'ups'): string =>
  namespace === 'ups'
    ? JSON.stringify(id)
    : `{ id: ${JSON.stringify(id)}, namespace: ${JSON.stringify(namespace)} }`;

/** Of an audience that was registered and seen the name it was registered by, and the namespace it was seen in. */
function merged(records: readonly AudienceRecord[]): readonly AudienceRecord[] {
  const seen = records.filter((record) => record.seen === true);
  const others = records.filter((record) => record.seen !== true);
  const spaces = (id: string | undefined) => seen.filter(({ audience }) => audience === id);
  const known = new Set(others.map(({ audience }) => audience));
  return records.flatMap((record) => {
    if (record.seen === true) return known.has(record.audience) ? [] : [record];
    const [only, more] = spaces(record.audience);
    return [only && !more ? { ...record, namespace: only.namespace } : record];
  });
}

function toYaml(records: readonly AudienceRecord[]): string {
  const taken = new Set<string>();
  const lines = merged(records).flatMap(({ name, audience, namespace, sandbox }) => {
    if (audience === undefined) return [];
    const where = sandbox === undefined ? '' : `, sandbox ${printable(sandbox)}`;
    return [`  ${ruleName(name, taken)}: ${refOf(audience, namespace)} # ${printable(name)}${where}\n`];
  });
  return lines.length === 0 ? '# no audience has been registered\n' : `audiences:\n${lines.join('')}`;
}

const toText = (records: readonly AudienceRecord[]): string =>
  records.length === 0
    ? 'no audience has been registered\n'
    : records
        .map(({ id, name, audience = '-', sandbox = '-', updated }) =>
          [printable(name), printable(audience), printable(sandbox), updated, id].join('  '),
        )
        .map((line) => `${line}\n`)
        .join('');

const NO_STATE =
  'TRIBUTARY_STATE is not set: give that of the deployment, for instance TRIBUTARY_STATE=dynamodb:tributary-state or TRIBUTARY_STATE=azure-table:tributarystate';
const MEMORY =
  'note: TRIBUTARY_STATE is the memory of one process: what a running deployment has registered there cannot be seen from here; its door lists it (GET /v1/audiences)\n';

function checkState({ env, err }: World): void {
  const state = env['TRIBUTARY_STATE'] ?? '';
  if (state === '') throw new WrongUse(NO_STATE);
  if (state.startsWith('memory:')) err(MEMORY);
}

async function go(args: readonly string[], world: World): Promise<number> {
  const { help, yaml, json } = readValues(args, OPTIONS);
  if (help) {
    await world.out(HELP);
    return 0;
  }
  checkState(world);
  const book = await openAudienceBook(world.env, world.clock);
  const records = [...(await book.all())].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (json) await world.out(records.map((record) => `${JSON.stringify(recordJson(record))}\n`).join(''));
  else await world.out(yaml ? toYaml(records) : toText(records));
  return 0;
}

/** `tributary audiences` on a given machine. */
export async function runAudiences(args: readonly string[], world: World): Promise<number> {
  try {
    return await go(args, world);
  } catch (error) {
    return complain('audiences', error, world);
  }
}

/** `tributary audiences`. */
export const audiences = (args: readonly string[]): Promise<number> => runHere(runAudiences, args);
