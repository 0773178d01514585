import type { DoorRequest } from '../request.js';

/** What one way of authenticating makes of a request. */
export type Verdict =
  | { readonly kind: 'admitted'; readonly caller: string }
  /** The request carries nothing of this way. */
  | { readonly kind: 'absent' }
  /** Credentials that are wrong; `why` is for the log and never quotes them. */
  | { readonly kind: 'refused'; readonly why: string; readonly scope?: boolean }
  /** Too many wrong attempts; not looked at. */
  | { readonly kind: 'blocked'; readonly afterSeconds: number }
  /** Nobody can tell now, for instance because the identity provider's keys cannot be had. */
  | { readonly kind: 'unavailable'; readonly why: string };

/** One way of authenticating. */
export interface Check {
  readonly name: string;
  /** What `WWW-Authenticate` says of it; nothing for those that work below HTTP. */
  readonly challenge: string | undefined;
  check(request: DoorRequest): Promise<Verdict>;
}
