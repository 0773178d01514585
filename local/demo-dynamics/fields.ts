import type { Answer } from '../vendor-answer.js';
import { refusal } from './answer.js';
import { locate } from './locate.js';
import type { Rows } from './rows.js';
import { type Column, own, type Table, type Tables } from './tables.js';

const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?Z$/;
const RIGHT: Readonly<Record<Exclude<Column['type'], 'lookup'>, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  choice: (value) => Number.isInteger(value),
  datetime: (value) => typeof value === 'string' && DATETIME.test(value) && !Number.isNaN(Date.parse(value)),
};

const payload = (message: string): Answer =>
  refusal(
    400,
    '0x80048d19',
    `Error identified in Payload provided by the user for Entity :'', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : ${message}`,
  );

function value(column: Column, name: string, given: unknown, table: Table): Answer | undefined {
  if (given === null || column.type === 'lookup') return undefined;
  if (!RIGHT[column.type](given))
    return payload(
      `Microsoft.OData.ODataException: Cannot convert a value of '${name}' to the expected type.`,
    );
  if (column.type !== 'text' || typeof given !== 'string' || given.length <= column.max) return undefined;
  const text = `A validation error occurred.  The length of the '${name}' attribute of the '${table.logical}' entity exceeded the maximum allowed length of '${column.max}'.`;
  return refusal(400, '0x80044331', text);
}

/** What is written to the columns of a row by a body, or why nothing is. */
export function columnsOf(
  body: Readonly<Record<string, unknown>>,
  table: Table,
  tables: Tables,
  rows: Rows,
): { readonly fields: Readonly<Record<string, unknown>> } | Answer {
  const fields: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(body)) {
    const [navigation, bind] = name.split('@');
    const lookup = Object.entries(table.columns).find(
      ([, column]) => bind === 'odata.bind' && column.type === 'lookup' && column.navigation === navigation,
    );
    const column = bind === undefined ? own(table.columns, name) : lookup?.[1];
    if (column === undefined || (column.type === 'lookup') !== (bind !== undefined)) {
      const type = `Microsoft.Dynamics.CRM.${table.logical}`;
      return payload(
        `An undeclared property '${name}' which only has property annotations in the payload but no property value was found, or the property does not exist on type '${type}'.`,
      );
    }
    if (lookup && given !== null) {
      const target = locate(tables, rows, String(given).replace(/^\//, ''));
      if ('status' in target) return target;
      if (target.id === undefined) return refusal(404, '0x80040217', `${target.name} With Id Does Not Exist`);
      fields[lookup[0]] = target.id;
      continue;
    }
    const wrong = value(column, name, given, table);
    if (wrong) return wrong;
    fields[lookup?.[0] ?? name] = given;
  }
  return { fields };
}
