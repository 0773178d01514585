/** An answer before it is put on the wire, or into a batch. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = { 'Content-Type': 'application/json; odata.metadata=minimal', 'OData-Version': '4.0' };

/** A JSON answer. */
export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(value),
});

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

/** A page for browsers, as gateways answer. */
export const page = (status: number): Answer => ({
  status,
  headers: { 'Content-Type': 'text/html' },
  body: '<!DOCTYPE html><html><body>Our services are not available right now</body></html>',
});
