/** The part of simple-oauth2 that the tests use; it brings no types. */
declare module 'simple-oauth2' {
  interface Config {
    readonly client: { readonly id: string; readonly secret: string };
    readonly auth: { readonly tokenHost: string; readonly tokenPath: string };
    readonly options?: {
      readonly authorizationMethod?: 'header' | 'body';
      readonly bodyFormat?: 'form' | 'json';
    };
  }
  interface AccessToken {
    readonly token: Readonly<Record<string, unknown>>;
    expired(): boolean;
    refresh(): Promise<AccessToken>;
  }
  export class ClientCredentials {
    constructor(config: Config);
    getToken(parameters: object): Promise<AccessToken>;
  }
  export class ResourceOwnerPassword {
    constructor(config: Config);
    getToken(parameters: { readonly username: string; readonly password: string }): Promise<AccessToken>;
  }
}
