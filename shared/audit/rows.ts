import type { PersonState } from '../core/state.js';
import { pageOf } from './names.js';

/** A row as people name it: by the value it is matched on, or by the target's own id. */
export interface RowName {
  readonly connection: string;
  readonly object: string;
  readonly key: string;
}

/** `connection/object/field=value`, and with a list behind the object; `connection/object!name`. */
const ROW_TARGET = /^(?<connection>[^/]+)\/(?<object>[^/#!]+)(?:#[^/]*)?\/[^=]*=(?<key>[\s\S]+)$/;
const SEND_TARGET = /^(?<connection>[^/]+)\/(?<object>[^/!]+)(?<key>![\s\S]+)$/;

/** The row that a target of a state is about; undefined for what is none. */
export function rowOfTarget(target: string): RowName | undefined {
  const { connection, object, key } = (ROW_TARGET.exec(target) ?? SEND_TARGET.exec(target))?.groups ?? {};
  return connection === undefined || object === undefined || key === undefined
    ? undefined
    : { connection, object, key };
}

/** The rows of a person, each once. */
export function rowsOf({ written, unsure }: PersonState): readonly RowName[] {
  const rows = [...written.keys(), ...unsure].flatMap((target) => rowOfTarget(target) ?? []);
  return [...new Map(rows.map((row) => [pageOf({ kind: 'row', ...row }), row])).values()];
}
