/** Asymmetric ones only: with them nobody who can check a token can make one. */
export const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'RS256',
  'PS256',
  'RS384',
  'PS384',
  'RS512',
  'PS512',
] as const;
