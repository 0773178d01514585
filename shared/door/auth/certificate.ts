import { X509Certificate } from 'node:crypto';
import { Fault } from '../../core/fault.js';
import type { Clock, Secrets } from '../../core/ports.js';
import { fresh } from './fresh.js';
import type { Check, Verdict } from './verdict.js';

/** The secret with the authorities that may have issued the client's certificate: PEM, one after another. */
export const AUTHORITIES_SECRET = 'door-client-ca';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** PEM as it is, DER in base64 as Azure hands it over. Undefined for what is no certificate. */
function read(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'));
  } catch {
    return undefined;
  }
}

async function readAuthorities(secrets: Secrets): Promise<readonly X509Certificate[]> {
  const found = [...(await secrets.get(AUTHORITIES_SECRET)).matchAll(PEM)].map(([pem]) => read(pem));
  const authorities = found.filter((one) => one !== undefined);
  if (authorities.length > 0 && authorities.length === found.length) return authorities;
  const text = `the secret ${AUTHORITIES_SECRET} must hold certificates in PEM, one after another`;
  throw new Fault('config.invalid', text);
}

const isCurrent = ({ validFrom, validTo }: X509Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now && now < Date.parse(validTo);

const isIssuedBy = (certificate: X509Certificate, authority: X509Certificate): boolean =>
  certificate.checkIssued(authority) && certificate.verify(authority.publicKey);

/** The common name of the subject, or a DNS name among the alternative ones, exactly. */
function isNamed(certificate: X509Certificate, name: string): boolean {
  if (certificate.subject.split('\n').includes(`CN=${name}`)) return true;
  return certificate.checkHost(name, { wildcards: false, subject: 'never' }) !== undefined;
}

const no = (why: string): Verdict => ({ kind: 'refused', why });

/**
 * The certificate that the client showed in TLS, which the platform terminates. AWS checks it against the trust store of the
 * domain; App Service hands over whatever it gets, so there the authorities of the secret decide. Either way the name must be
 * that of Adobe, because the authorities have other customers.
 */
export async function certificateCheck(
  name: string,
  {
    secrets,
    clock,
    needed,
  }: { readonly secrets: Secrets; readonly clock: Pick<Clock, 'now'>; readonly needed: boolean },
): Promise<Check> {
  const authorities = fresh(() => readAuthorities(secrets), clock);
  if (needed) await authorities();
  return {
    name: 'mtls',
    challenge: undefined,
    async check({ clientCertificate: shown }) {
      if (!shown) return { kind: 'absent' };
      const certificate = read(shown.text);
      if (!certificate) return no('no certificate');
      const now = clock.now();
      if (!isCurrent(certificate, now)) return no('certificate not current');
      if (!isNamed(certificate, name)) return no('certificate of another subject');
      if (shown.verified) return { kind: 'admitted', caller: 'mtls' };
      const known = (await authorities()).filter((authority) => isCurrent(authority, now));
      return known.some((authority) => isIssuedBy(certificate, authority))
        ? { kind: 'admitted', caller: 'mtls' }
        : no('certificate of an unknown authority');
    },
  };
}
