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
  headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** An error, as HubSpot words it. */
export const error = (category: string, message: string, more: Readonly<Record<string, unknown>> = {}) => ({
  status: 'error',
  message,
  correlationId: 'c0ffee00-0000-4000-8000-000000000000',
  category,
  ...more,
});

/** A refusal of a whole request. */
export const refusal = (
  status: number,
  category: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Answer => json(status, error(category, message, more));

/** A page for browsers, as gateways answer. */
export const page = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<!DOCTYPE html><html><body>Back soon.</body></html>',
});

/** The parsed body, or nothing when it is no JSON. */
export function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
