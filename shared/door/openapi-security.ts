import type { Json } from '../core/ports.js';
import { SCOPE } from './auth/tokens.js';
import type { Way } from './settings.js';

const TOKENS = '/oauth/token';
const scopes = { [SCOPE]: 'All that the door does.' };

/** How each way of authenticating is called in the document. Where a provider gives out its tokens it does not tell us. */
const SCHEMES: Readonly<Record<Exclude<Way, 'none'>, Json>> = {
  basic: { type: 'http', scheme: 'basic' },
  bearer: { type: 'http', scheme: 'bearer' },
  oauth: {
    type: 'oauth2',
    flows: {
      clientCredentials: { tokenUrl: TOKENS, scopes },
      password: { tokenUrl: TOKENS, refreshUrl: TOKENS, scopes },
    },
  },
  provider: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  mtls: { type: 'mutualTLS' },
};

/** The member `securitySchemes` of a door that knows these ways. */
export function schemesOf(ways: readonly Way[]): { [name: string]: Json } {
  const schemes: { [name: string]: Json } = {};
  for (const way of ways) if (way !== 'none') schemes[way] = SCHEMES[way];
  return schemes;
}

/** What an operation asks for: any one of the ways, and with each the certificate where there is `mtls`. */
export function securityOf(ways: readonly Way[]): Json {
  const certificate = ways.includes('mtls') ? { mtls: [] } : {};
  const others = ways.filter((way) => way !== 'none' && way !== 'mtls');
  if (others.length === 0) return ways.includes('mtls') ? [certificate] : [];
  return others.map((way) => ({ [way]: way === 'oauth' ? [SCOPE] : [], ...certificate }));
}
