import { type Answer, jsonWith } from '../vendor-answer.js';

const JSON_TYPE = { 'Content-Type': 'application/json; odata.metadata=minimal', 'OData-Version': '4.0' };

/** A JSON answer. */
export const json = jsonWith(JSON_TYPE);

/** A refusal as the Web API words it. */
export const refusal = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => json(status, { error: { code, message } }, headers);

/** Done, and nothing to show; `entity` is the address of the row that was written. */
export const done = (entity?: string): Answer => ({
  status: 204,
  headers: {
    'OData-Version': '4.0',
    ...(entity !== undefined && { Location: entity, 'OData-EntityId': entity }),
  },
  body: '',
});
