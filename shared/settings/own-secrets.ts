/** Secrets that are read by names of our own, with what each is; those of connections have the names that the rule file gives them. */
export const OWN_SECRETS = {
  'log-key': 'what `TRIBUTARY_LOG_KEY` names in both templates; 16 characters or more',
  'door-basic': 'for `basic`: one `user:password` a line',
  'door-bearer': 'for `bearer`: one token a line, 20 characters or more each',
  'door-clients': 'for `oauth`: clients and users, as JSON',
  'door-keys': 'for `oauth`: a JWK set, the key that signs first',
  'door-client-ca': 'for `mtls` on Azure: who may have issued certificates, as PEM',
  'door-stream': 'for `event-hub:HUB` without an identity: a connection string with the right to send',
} as const satisfies Readonly<Record<string, string>>;
