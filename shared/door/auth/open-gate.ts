import { Fault } from '../../core/fault.js';
import type { Clock, Log, Secrets } from '../../core/ports.js';
import type { Gate } from '../gate.js';
import type { Route } from '../router.js';
import type { DoorSettings } from '../settings.js';
import { createAttempts } from './attempts.js';
import { certificateCheck } from './certificate.js';
import { gateOf } from './gate-of.js';
import type { Provider } from './provider-tokens.js';
import { basicCheck, bearerCheck } from './static.js';
import type { Check } from './verdict.js';

/** What authenticating takes from outside. */
export interface GateDeps {
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: typeof fetch;
  readonly newId: () => string;
  /** Whether the platform checks client certificates itself, before it hands them over. */
  readonly checksCertificates: boolean;
}

const ONLY_A_HEADER =
  'TRIBUTARY_DOOR_AUTH is mtls alone, and here certificates come in a header, which anybody can write unless App Service requires client certificates: add another way (bearer,mtls), or write none,mtls to say that it does (docs/http-door.md)';

function providerOf(settings: DoorSettings): Provider {
  return {
    issuer: settings.TRIBUTARY_DOOR_ISSUER ?? '',
    audience: settings.TRIBUTARY_DOOR_AUDIENCE ?? '',
    jwks: new URL(settings.TRIBUTARY_DOOR_JWKS ?? ''),
    algorithms: settings.TRIBUTARY_DOOR_ALGORITHMS,
    scope: settings.TRIBUTARY_DOOR_SCOPE,
  };
}

/**
 * Opens the ways of authenticating that the settings name, and the token endpoint if there is one. Secrets are read now, so
 * that a missing one is a fault of the start.
 */
export async function openGateOf(
  settings: DoorSettings,
  deps: GateDeps,
): Promise<{ readonly gate: Gate; readonly routes: readonly Route[] }> {
  const { secrets, clock, log, newId } = deps;
  const ways = new Set(settings.TRIBUTARY_DOOR_AUTH);
  const attempts = createAttempts(clock);
  const graceSeconds = settings.TRIBUTARY_DOOR_GRACE_SECONDS;
  const any: Check[] = [];
  const routes: Route[] = [];
  if (ways.has('basic')) any.push(await basicCheck({ secrets, clock, attempts }));
  if (ways.has('bearer')) any.push(await bearerCheck({ secrets, clock }));
  // What reads and signs tokens is read by those doors alone that take some.
  if (ways.has('oauth')) {
    const { openOwnOAuth, ownTokenCheck } = await import('./own-tokens.js');
    const { tokenRoute } = await import('./token-endpoint.js');
    const oauth = await openOwnOAuth(secrets, clock);
    any.push(ownTokenCheck(oauth, { clock, graceSeconds }));
    const seconds = settings.TRIBUTARY_DOOR_TOKEN_SECONDS;
    routes.push(tokenRoute({ oauth, clock, newId, attempts, seconds }));
  }
  if (ways.has('provider')) {
    const { providerCheck } = await import('./provider-tokens.js');
    any.push(providerCheck(providerOf(settings), { ...deps, graceSeconds }));
  }
  if (ways.has('mtls') && ways.size === 1 && !deps.checksCertificates)
    throw new Fault('config.invalid', ONLY_A_HEADER);
  const certificate = ways.has('mtls')
    ? await certificateCheck(settings.TRIBUTARY_DOOR_CLIENT_NAME, {
        secrets,
        clock,
        needed: !deps.checksCertificates,
      })
    : undefined;
  return { gate: gateOf({ any, certificate }, log), routes };
}
