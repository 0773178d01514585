import type { Examiner, Finding, Outcome } from '../../core/remote.js';
import { inFull } from '../auth/said.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure } from '../wire/outcome.js';
import type { HttpConfig } from './config.js';
import { session } from './session.js';

const error = (what: string): Finding => ({ level: 'error', what });

const textOf = (outcome: Outcome): string => {
  if (outcome.kind === 'retry' || outcome.kind === 'unknown') return inFull(outcome.fault);
  return outcome.kind === 'rejected' ? outcome.text : outcome.kind;
};

const UNTOLD: Finding = {
  level: 'warning',
  what: 'whether it takes rows cannot be told without sending one',
  advice: 'Try one record against a test system.',
};

/**
 * Looks at an HTTP API as far as any can be looked at: its secrets can be used, its token endpoint grants a token, and it
 * answers at its address. What is asked is OPTIONS of its root, which changes nothing (RFC 9110, section 9.3.7).
 */
export function examineHttp(name: string, config: HttpConfig, deps: ConnectorDeps): Examiner {
  return {
    async examine(_, signal) {
      const opened = session({ name, config, deps, refs: [config.url] });
      const ready = await opened.open();
      if (!ready.ok) return [error(ready.fault.message)];
      const { origin } = new URL(ready.value.addresses.get(config.url) ?? config.url);
      const { result } = await opened.call({ method: 'OPTIONS', url: `${origin}/`, headers: {} }, signal);
      if (result.kind === 'denied') return [error(textOf(result.outcome))];
      if (result.kind === 'failure' && result.why !== 'redirect')
        return [error(textOf(fromFailure(name, result)))];
      const login =
        config.auth !== 'none' && ('clientCredentials' in config.auth || 'jwtBearer' in config.auth);
      const well: Finding = {
        level: 'well',
        what: login
          ? 'its secrets can be used, a token was granted, and it answers'
          : 'its secrets can be used, and it answers',
      };
      return [well, UNTOLD];
    },
  };
}
