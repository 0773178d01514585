/** An answer before it is put on the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JSON answer. */
export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  body: JSON.stringify(value),
});

/** A refusal of a whole request: a list with one error, whose code is called `errorCode` (rows say `statusCode`). */
export const refusal = (
  status: number,
  errorCode: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => json(status, [{ message, errorCode }], headers);

/** A page for browsers, as gateways and login walls answer. */
export const page = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html;charset=UTF-8' },
  body: '<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body>Back soon.</body></html>',
});
