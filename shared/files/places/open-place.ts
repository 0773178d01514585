import { resolve } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { FilePlace } from '../ports.js';
import { addressIn } from './address.js';
import { type DlzAuth, PLACE_AUTHS } from './auth.js';
import type { PlaceDeps } from './deps.js';
import type { Origin } from './origin.js';
import { placeOf } from './place.js';

/** Throws what is wrong with `auth:`, which never holds a secret itself. */
function parsed<Schema extends z.ZodType>(schema: Schema, auth: unknown, from: string): z.infer<Schema> {
  const result = schema.safeParse(auth ?? {});
  if (result.success) return result.data;
  throw new Fault('config.invalid', `auth of ${from}: ${z.prettifyError(result.error)}`);
}

async function openDlz(
  { root, prefix }: { readonly root: string; readonly prefix: string },
  auth: DlzAuth,
  [from, deps]: readonly [string, PlaceDeps],
): Promise<FilePlace> {
  const [{ dlzOrigin }, { landingZone }, { landingAccess }, { ageing }] = await Promise.all([
    import('./dlz.js'),
    import('./landing-zone.js'),
    import('./landing-access.js'),
    import('./ageing.js'),
  ]);
  const { clock, log } = deps;
  const { renewDays, warnDays } = auth;
  const access = landingAccess({
    zone: landingZone(auth, deps),
    clock,
    log,
    place: from,
    renewDays,
    looks: deps.looks,
  });
  const what = `the landing zone ${root}`;
  const place = placeOf(dlzOrigin({ what, container: root, prefix, access }), { ...deps, from, prefix });
  return ageing(place, { clock, log, warnDays });
}

/**
 * Opens the place that `from:` and `auth:` of a file name. Nothing is asked of it yet; secrets are read. Throws `config.*`
 * faults. Each kind is loaded here and nowhere else, and only the one that is asked for.
 */
export async function openPlace(from: string, auth: unknown, deps: PlaceDeps): Promise<FilePlace> {
  const address = addressIn(from);
  if (!address.ok) throw address.fault;
  const place = address.value;
  const finish = <Cursor>(origin: Origin<Cursor>, prefix: string): FilePlace =>
    placeOf(origin, { ...deps, from, prefix });
  switch (place.kind) {
    case 's3': {
      const [{ s3Origin }, { s3ClientFor }] = await Promise.all([import('./s3.js'), import('./open-s3.js')]);
      const client = await s3ClientFor(parsed(PLACE_AUTHS.s3, auth, from), deps.secrets);
      return finish(s3Origin({ client, bucket: place.root, prefix: place.prefix }), place.prefix);
    }
    case 'blob': {
      const [{ blobOrigin }, { blobClientFor }] = await Promise.all([
        import('./blob.js'),
        import('./open-blob.js'),
      ]);
      const client = await blobClientFor(place.root, parsed(PLACE_AUTHS.blob, auth, from), deps);
      const what = `the Azure container ${place.root}`;
      const advice = 'check its "auth" and what that permits (docs/files-places.md)';
      const { prefix } = place;
      return finish(blobOrigin({ what, prefix, advice, use: (call) => call(client) }), prefix);
    }
    case 'dlz':
      return openDlz(place, parsed(PLACE_AUTHS.dlz, auth, from), [from, deps]);
    case 'sftp': {
      const [{ sftpOrigin }, { sftpLogin }] = await Promise.all([
        import('./sftp.js'),
        import('./open-sftp.js'),
      ]);
      const login = await sftpLogin(place, parsed(PLACE_AUTHS.sftp, auth, from), deps.secrets);
      return finish(sftpOrigin(login), place.prefix);
    }
    case 'gcs': {
      const [{ gcsOrigin }, { gcsSession }] = await Promise.all([
        import('./gcs.js'),
        import('./gcs-session.js'),
      ]);
      const gcsAuth = parsed(PLACE_AUTHS.gcs, auth, from);
      const what = `the GCS bucket ${place.root}`;
      const { root: bucket, prefix } = place;
      const session = gcsSession(what, gcsAuth, deps);
      const { endpoint } = gcsAuth;
      return finish(gcsOrigin({ session, clock: deps.clock, what, endpoint, bucket, prefix }), prefix);
    }
    case 'file': {
      const { folderOrigin } = await import('./folder.js');
      return finish(folderOrigin(resolve(place.path)), '');
    }
    case 'memory': {
      const { memoryOrigin } = await import('./memory.js');
      return finish(memoryOrigin(place.root, place.prefix, deps.clock), place.prefix);
    }
  }
}
