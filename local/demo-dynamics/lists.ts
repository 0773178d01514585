import * as z from 'zod';
import type { Answer } from '../vendor-answer.js';
import { done, json, refusal } from './answer.js';
import type { Environment } from './web-api.js';

const Body = z.strictObject({
  List: z.strictObject({ '@odata.type': z.literal('Microsoft.Dynamics.CRM.list'), listid: z.guid() }),
  Members: z.array(z.looseObject({ '@odata.type': z.string() })).min(1),
});

const noList = (id: string): Answer => refusal(404, '0x80040217', `list With Id = ${id} Does Not Exist`);

/** `AddListMembersList`: all members or none; who is on the list already stays on it. */
export function join(env: Environment, body: unknown): Answer {
  const parsed = Body.safeParse(body);
  if (!parsed.success)
    return refusal(400, '0x80048d19', 'The parameters of AddListMembersList cannot be read.');
  const { List, Members } = parsed.data;
  const list = env.rows.get('lists', List.listid);
  if (list === undefined) return noList(List.listid);
  if (list['type'] === true) return refusal(400, '0x80040203', 'Members cannot be added to a dynamic list.');
  if (list['lockstatus'] === true) return refusal(400, '0x8004f703', 'The list is locked.');
  const ids: string[] = [];
  for (const { '@odata.type': type, ...rest } of Members) {
    const [name, table] = Object.entries(env.tables).find(
      ([, { logical }]) => type === `Microsoft.Dynamics.CRM.${logical}`,
    ) ?? ['', undefined];
    const id = String(table && rest[table.id]);
    if (table?.listCode !== list['createdfromcode'])
      return refusal(400, '0x80040203', 'The members are of another type than the list.');
    if (env.rows.get(name, id) === undefined)
      return refusal(404, '0x80040217', `${table?.logical} With Id = ${id} Does Not Exist`);
    ids.push(id);
  }
  for (const id of ids) {
    const isNew = env.rows.memberships(List.listid, id).length === 0;
    if (isNew) env.rows.join(List.listid, id);
    env.wrote(isNew);
  }
  return done();
}

const FILTER = /^_listid_value eq ([0-9a-f-]{36}) and _entityid_value eq ([0-9a-f-]{36})$/;

/** `GET listmembers` with the one filter that the demo environment knows. */
export function listMembers(env: Environment, filter: string): Answer {
  const [, list, member] = FILTER.exec(filter) ?? [];
  if (list === undefined || member === undefined)
    return refusal(400, '0x8006088a', 'Bad Request - Error in query syntax.');
  if (env.rows.get('lists', list) === undefined) return noList(list);
  const value = env.rows.memberships(list, member).map((listmemberid) => ({ listmemberid }));
  return json(200, { value });
}

/** `DELETE listmembers(id)`. */
export function takeOff(env: Environment, path: string): Answer {
  const [, id = ''] = /\(([0-9a-f-]{36})\)$/.exec(path) ?? [];
  if (!env.rows.leave(id)) return refusal(404, '0x80040217', `listmember With Id = ${id} Does Not Exist`);
  env.wrote(true);
  return done();
}
