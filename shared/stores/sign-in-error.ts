/** https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/identity/identity/src/errors.ts */
const NAMES: ReadonlySet<string> = new Set([
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
]);

/** True when a request was never made, because the identity that was to make it could not sign in. Of Azure's SDK, by name. */
export const isSignInError = (error: Error): boolean => NAMES.has(error.name);

/** What to do about it, for messages. */
export const SIGN_IN_ADVICE =
  'the identity could not sign in: give the app the identity that the settings …__credential and …__clientId name, or sign in here with az login (docs/stores.md)';
