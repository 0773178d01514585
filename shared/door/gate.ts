import type { DoorRequest, DoorResponse } from './request.js';

/** Let in, under which name; or the answer that says why not. */
export type Entry =
  | { readonly ok: true; readonly caller: string }
  | { readonly ok: false; readonly response: DoorResponse };

/** Lets requests in or turns them away. */
export interface Gate {
  admit(request: DoorRequest, requestId: string): Promise<Entry>;
}
