/** An answer of a vendor's double, before it is put on the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

/** Makes JSON answers with the headers that a vendor always sends. */
export const jsonWith =
  (standing: Headers) =>
  (status: number, value: unknown, headers: Headers = {}): Answer => ({
    status,
    headers: { ...standing, ...headers },
    body: JSON.stringify(value),
  });

/** A page for browsers, as gateways and login walls answer. */
export const page = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html;charset=UTF-8' },
  body: '<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body>Back soon.</body></html>',
});
