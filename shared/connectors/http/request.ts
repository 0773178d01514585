import type { Json } from '../../core/ports.js';
import type { Action } from '../../core/remote.js';
import type { HttpRequestConfig } from './operation.js';
import { compileTemplate, type Fill, type Filling } from './template.js';
import { fillUrl } from './url.js';

/** A request whose templates are prepared; without `body` it has none. */
export interface RequestPlan extends Pick<HttpRequestConfig, 'url' | 'method' | 'encoding' | 'success'> {
  readonly body: Fill | undefined;
}

/** A request with everything written, or why it cannot be. */
export type Written =
  | {
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly problem: string };

/** Prepares the templates of a request. */
export const planRequest = ({ body, ...request }: HttpRequestConfig): RequestPlan => ({
  ...request,
  body: body === undefined ? undefined : compileTemplate(body),
});

const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/** A form takes texts, and several under one name; what has no value is left out, null is empty. */
function formOf(value: Json, problems: string[]): string {
  const form = new URLSearchParams();
  const put = (name: string, item: Json): void => {
    if (typeof item === 'object' && item !== null)
      problems.push(
        `"${name}" is an object or a list of lists, and a form takes only texts and lists of texts`,
      );
    else form.append(name, String(item ?? ''));
  };
  for (const [name, item] of Object.entries(value ?? {}))
    for (const one of Array.isArray(item) ? item : [item]) put(name, one);
  return form.toString();
}

/** Writes an action, or all rows of a batch, into a request. `address` is the address where the plan's is a secret. */
export function writeRequest(plan: RequestPlan, address: string, filling: Filling): Written {
  const { method, encoding } = plan;
  const url = fillUrl(address, filling);
  const value = plan.body?.(filling);
  if (plan.body && value === undefined) filling.problems.push('the value that is the whole body is absent');
  const body =
    value === undefined
      ? undefined
      : encoding === 'form'
        ? formOf(value, filling.problems)
        : JSON.stringify(value);
  const [problem] = filling.problems;
  if (url === undefined || problem !== undefined) return { problem: problem ?? 'the address is incomplete' };
  if (body === undefined) return { url, method, headers: {} };
  return { url, method, body, headers: { 'content-type': CONTENT_TYPES[encoding] } };
}

/** A row of a batch, written by its own template; or why it cannot be. */
export function writeRow(row: Fill | undefined, action: Action): { row: Json } | { problem: string } {
  const filling: Filling = { action, problems: [] };
  const value = row?.(filling);
  const [problem] = filling.problems;
  if (value !== undefined && problem === undefined) return { row: value };
  return { problem: problem ?? 'the value that is the whole row is absent' };
}
