/** The part of oidc-provider that the tests use; it brings no types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  /** What a grant of our own is given of a request. */
  export interface GrantContext {
    readonly oidc: {
      readonly client: { readonly clientId: string };
      readonly params: Readonly<Record<string, string>>;
    };
    body: unknown;
  }

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    registerGrantType(
      name: string,
      handler: (context: GrantContext) => Promise<void>,
      parameters: readonly string[],
    ): void;
    readonly ClientCredentials: new (of: {
      client: unknown;
      scope: string;
    }) => { save(): Promise<string> };
  }

  export const errors: { readonly InvalidGrant: new (why: string) => Error };
}
