import { RestError } from '@azure/data-tables';
import * as z from 'zod';
import { Fault } from '../core/fault.js';
import { isNetworkError } from './network-error.js';
import type { Trouble } from './retry.js';
import { isSignInError, SIGN_IN_ADVICE } from './sign-in-error.js';

/** What an answer of the service other than success says: HTTP status and the service's own code. */
export interface Said {
  readonly status: number;
  readonly code: string;
}

const Details = z.object({ errorCode: z.string() });
/** The code within an OData body, or an XML one as of an account that refuses access. */
const CODE = /"code"\s*:\s*"(\w+)"|<Code>(\w+)</;

/** What the service said in an error of the SDK; nothing when the error is not an answer of the service. */
export function saidIn(error: unknown): Said | undefined {
  if (!(error instanceof RestError) || error.statusCode === undefined) return undefined;
  const details = Details.safeParse(error.details);
  const [, json, xml] = CODE.exec(error.message) ?? [];
  return {
    status: error.statusCode,
    code: details.success ? details.data.errorCode : (json ?? xml ?? error.code ?? 'no code'),
  };
}

/** https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
const TOO_LARGE: ReadonlySet<string> = new Set([
  'EntityTooLarge',
  'PropertyValueTooLarge',
  'RequestBodyTooLarge',
  'RequestEntityTooLarge',
]);

const RETRY_AFTER_HEADERS = [
  ['x-ms-retry-after-ms', 1],
  ['retry-after-ms', 1],
  ['retry-after', 1000],
] as const;

/** The wait the service asks for: Cosmos DB in milliseconds, Storage in seconds. */
function waitIn(error: Error): number | undefined {
  if (!(error instanceof RestError)) return undefined;
  for (const [name, unit] of RETRY_AFTER_HEADERS) {
    const wait = Number(error.response?.headers.get(name) ?? Number.NaN) * unit;
    if (wait >= 0) return wait;
  }
  return undefined;
}

const ADVICE = {
  TableNotFound: 'create the table, or correct TRIBUTARY_STATE (docs/stores.md)',
  other: 'check TRIBUTARY_STATE_CONNECTION and what it permits (docs/stores.md)',
};

function ofService({ status, code }: Said, error: Error, table: string): Trouble {
  const said = `the Azure table ${table} did not answer as it should (${status} ${code})`;
  const unavailable = (more: string) => new Fault('store.unavailable', `${said}${more}`, { cause: error });
  if (status === 408 || status === 429 || status >= 500) {
    const afterMs = waitIn(error);
    return { kind: 'moment', fault: unavailable(''), ...(afterMs !== undefined && { afterMs }) };
  }
  if (status === 413 || TOO_LARGE.has(code))
    return { kind: 'refused', fault: new Fault('store.too-large', said, { cause: error }) };
  if (status === 400) return { kind: 'refused', fault: unavailable('') };
  return {
    kind: 'down',
    fault: unavailable(`: ${code === 'TableNotFound' ? ADVICE.TableNotFound : ADVICE.other}`),
  };
}

/** What an error of the Tables client means for the request, or nothing when it is a bug of ours. */
export function diagnose(error: unknown, table: string): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isSignInError(error)) {
    const text = `the Azure table ${table} was not asked: ${SIGN_IN_ADVICE}`;
    return { kind: 'down', fault: new Fault('store.unavailable', text, { cause: error }) };
  }
  const said = saidIn(error);
  if (said) return ofService(said, error, table);
  if (!isNetworkError(error)) return undefined;
  const text = `the Azure table ${table} gave no answer (${error.name}: ${error.message})`;
  return { kind: 'moment', fault: new Fault('store.unavailable', text, { cause: error }) };
}
