import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import type { Examiner, Finding, Need } from '../../core/remote.js';
import type { RemoteField } from '../../core/remote-field.js';
import type { ConnectorDeps } from '../deps.js';
import { isGuid } from './address.js';
import type { DynamicsConfig } from './config.js';
import { definitionOf, fieldsOf, look, type TableDefinition } from './definition.js';
import {
  error,
  examineField,
  examineKey,
  examineRights,
  type Privileges,
  rightsOf,
  warning,
  well,
} from './examine-table.js';
import { type Org, orgOf } from './org.js';

const Who = z.object({ UserId: z.guid() });
const Rights = z.object({
  RolePrivileges: z.array(
    z.object({ PrivilegeId: z.string(), Depth: z.union([z.string(), z.number()]).catch('') }),
  ),
});
const Some = z.object({ value: z.array(z.unknown()) });
const List = z.object({
  listname: z.string().catch(''),
  type: z.boolean().catch(false),
  lockstatus: z.boolean().catch(false),
  createdfromcode: z.number().catch(0),
});

/** Whom we are logged in as, or why nobody. */
type Login = { readonly findings: readonly Finding[]; readonly user?: string };

async function logIn(org: Org, signal: AbortSignal): Promise<Login> {
  const who = await look(org, 'WhoAmI', Who, signal);
  if ('untold' in who)
    return {
      findings: [
        error(
          `"${org.name}" cannot be asked: ${who.untold}`,
          'See "Set up Dynamics 365" in docs/connectors/dynamics.md.',
        ),
      ],
    };
  const { UserId: user } = who.value;
  const left = who.headers.get('x-ms-ratelimit-burst-remaining-xrm-requests');
  const findings = [well(`logged in to ${new URL(org.origin).host} as application user ${user}`)];
  if (left !== null && /^\d+$/.test(left))
    findings.push(
      well(`${left} requests are left in these five minutes, as far as the answering server knows`),
    );
  return { findings, user };
}

async function privilegesOf(org: Org, user: string, signal: AbortSignal): Promise<Privileges | Finding> {
  const path = `systemusers(${user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`;
  const rights = await look(org, path, Rights, signal);
  if ('untold' in rights)
    return warning(
      `what the application user may do cannot be read: ${rights.untold}`,
      'Give its security role Read on the table User (systemuser), or look at the role by hand.',
    );
  return new Map(
    rights.value.RolePrivileges.map(({ PrivilegeId, Depth }) => [PrivilegeId.toLowerCase(), String(Depth)]),
  );
}

/**
 * Whether the table takes UpsertMultiple under the name that the connection gives it. Tables that take CreateMultiple do
 * (learn.microsoft.com, "Use bulk operation messages").
 */
async function examineMultiple(
  org: Org,
  object: string,
  table: TableDefinition,
  signal: AbortSignal,
): Promise<Finding> {
  const name = org.config.upsertMultiple[object];
  if (name !== table.logical)
    return error(
      `the logical name of ${object} is ${table.logical}, and "upsertMultiple" says ${name}`,
      `Write ${object}: ${table.logical} there.`,
    );
  const filter = `sdkmessageid/name eq 'CreateMultiple' and primaryobjecttypecode eq '${table.logical}'`;
  const path = `sdkmessagefilters?$select=sdkmessagefilterid&$filter=${encodeURIComponent(filter)}`;
  const found = await look(org, path, Some, signal);
  if (!('untold' in found) && found.value.value.length > 0) return well(`${object} takes UpsertMultiple`);
  return error(
    `it is not known that ${object} takes UpsertMultiple`,
    `Take ${object} out of "upsertMultiple": batches work with every table.`,
  );
}

async function examineNeed(
  org: Org,
  need: Need,
  privileges: Privileges | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { object, operations, keys, fields } = need;
  const { config } = org;
  const table = await definitionOf(org, object, signal);
  if (table === undefined)
    return [
      error(
        `there is no table with the entity set name ${object}`,
        'Use the plural name of the Web API, e.g. contacts.',
      ),
    ];
  if ('untold' in table)
    return [
      error(
        `the definition of ${object} cannot be read: ${table.untold}`,
        'Give the security role Read on Entity, Attribute and Relationship (Customization).',
      ),
    ];
  const findings = keys.map((name) => examineKey(object, name, table, config));
  for (const name of fields.filter((field) => !keys.includes(field)))
    findings.push(examineField(object, name, table));
  const once = operations.includes('send') ? config.onceKeys[object] : undefined;
  if (once !== undefined) findings.push(examineKey(object, once, table, config));
  else if (operations.includes('send'))
    findings.push(
      warning(
        `"send" to ${object} has no key column: one without an answer waits for a person's judgement`,
        'Add a text column with an alternate key, and name it in "onceKeys".',
      ),
    );
  if (operations.includes('upsert') && Object.hasOwn(config.upsertMultiple, object))
    findings.push(await examineMultiple(org, object, table, signal));
  const rights = privileges ? examineRights(object, rightsOf(need, config), table, privileges) : [];
  return [...findings, ...rights];
}

const MEMBERS: Readonly<Record<string, number>> = { accounts: 1, contacts: 2, leads: 4 };

async function examineList(org: Org, object: string, id: string, signal: AbortSignal): Promise<Finding> {
  if (!isGuid(id)) return error(`list ${id} is no GUID`, 'Use the id in the address of the list (listid).');
  const read = await look(org, `lists(${id})?$select=listname,type,lockstatus,createdfromcode`, List, signal);
  if ('untold' in read)
    return error(
      `list ${id} cannot be read: ${read.untold}`,
      'Check its id, and give the role Read on Marketing List.',
    );
  const { type, lockstatus, createdfromcode } = read.value;
  if (type)
    return error(`list ${id} is a dynamic one: its query alone says who is on it`, 'Use a static list.');
  if (lockstatus) return error(`list ${id} is locked`, 'Unlock it in Dynamics 365.');
  if (MEMBERS[object] !== createdfromcode)
    return error(`list ${id} does not take ${object}`, 'Use a list that is targeted at this table.');
  return well(`list ${id} is a static list of ${object}`);
}

async function examineLists(
  org: Org,
  needs: readonly Need[],
  privileges: Privileges | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { object, lists } of needs)
    for (const list of lists) findings.push(await examineList(org, object, list, signal));
  const table = findings.length > 0 && privileges ? await definitionOf(org, 'lists', signal) : undefined;
  if (table !== undefined && privileges && !('untold' in table))
    findings.push(...examineRights('lists', ['Read', 'Write', 'AppendTo'], table, privileges));
  return findings;
}

/** Looks at an environment: who we are, whether what the rules need is there, and whether we may do it. Only reads. */
export function examineDynamics(name: string, config: DynamicsConfig, deps: ConnectorDeps): Examiner {
  const org = orgOf(name, config, deps);
  return {
    async examine(needs, signal) {
      const { findings, user } = await logIn(org, signal);
      if (user === undefined) return findings;
      const rights = await privilegesOf(org, user, signal);
      const privileges = 'level' in rights ? undefined : rights;
      const all = [...findings, ...('level' in rights ? [rights] : [])];
      for (const need of needs) all.push(...(await examineNeed(org, need, privileges, signal)));
      return [...all, ...(await examineLists(org, needs, privileges, signal))];
    },
    async fields(object, signal): Promise<Result<Readonly<Record<string, RemoteField>>>> {
      const table = await definitionOf(org, object, signal);
      if (table === undefined)
        return bad('remote.rejected', `"${name}" has no table with the entity set name "${object}".`);
      if (!('untold' in table)) return ok(fieldsOf(table));
      const code = 'fault' in table.outcome ? table.outcome.fault.code : 'remote.rejected';
      return bad(code, `The definition of "${object}" cannot be read from "${name}": ${table.untold}`);
    },
  };
}
