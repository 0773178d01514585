import type { Action } from '../../../shared/core/remote.js';
import { type Asked, fakeFetch, jsonResponse, never } from '../fakes.js';
import { open, salesforceAt, TOKEN } from '../subjects.js';

/** The My Domain host of the org. */
export const HOST = 'acme.my.salesforce.com';
const INSTANCE = 'https://acme.my.salesforce.com';
/** What the token endpoint grants. */
export const GRANT = {
  access_token: TOKEN,
  instance_url: INSTANCE,
  token_type: 'Bearer',
  issued_at: '1',
  signature: 's',
};

/** An org that accepts every row. */
export const accept = ({ body }: Asked): Response => {
  const { records }: { records: unknown[] } = JSON.parse(body);
  return jsonResponse(
    200,
    records.map((_, i) => ({ id: `003${i}`, success: true, created: i === 0, errors: [] })),
  );
};

/** A connection whose token requests succeed. */
export function org(data: (asked: Asked, index: number) => Response = accept, grant: unknown = GRANT) {
  let calls = 0;
  const { fetch, asked } = fakeFetch((request) =>
    request.url.endsWith('/services/oauth2/token') ? jsonResponse(200, grant) : data(request, calls++),
  );
  const connector = open(salesforceAt(HOST), { fetch });
  const send = (actions: readonly Action[]) => connector.send(actions, never());
  return { connector, send, asked, data: () => asked.filter(({ method }) => method === 'PATCH') };
}
