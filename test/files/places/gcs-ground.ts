import { type GcsEmulator, startGcs } from '../../../local/emulators/gcs.js';
import { gcsOrigin } from '../../../shared/files/places/gcs.js';
import { gcsSession } from '../../../shared/files/places/gcs-session.js';
import { placeOf } from '../../../shared/files/places/place.js';
import type { PlaceGround, PlaceStage } from '../../contracts/file-place-subject.js';
import { fakeClock, silent } from '../../support/fakes.js';

function stageOn(gcs: GcsEmulator, name: string): PlaceStage {
  gcs.createBucket(name);
  const prefix = 'of/mine/';
  return {
    prefix,
    async open({
      clock = fakeClock(Date.now()),
      log = silent,
      port = gcs.port,
      limits,
      missing,
      pageSize,
    } = {}) {
      const endpoint = `http://127.0.0.1:${port}`;
      const what = `the GCS bucket ${name}`;
      const secrets = { get: async () => gcs.serviceAccount };
      const session = gcsSession(what, { serviceAccount: 'secret:gcs', endpoint }, { secrets, clock });
      const bucket = missing ? 'nowhere' : name;
      const origin = gcsOrigin({ session, clock, what, endpoint, bucket, prefix, pageSize });
      const from = `gcs://${bucket}/${prefix}`;
      return placeOf(origin, { from, prefix, clock, log, random: () => 0.5, ...(limits && { limits }) });
    },
    write: async (path, bytes) => gcs.write(name, path, bytes),
    remove: async (path) => gcs.remove(name, path),
  };
}

/** A bucket of its own for each test, on one double of Google Cloud Storage. */
export function gcsGround() {
  let gcs: GcsEmulator | undefined;
  return {
    secrets: ['-----BEGIN', 'ya29'],
    port: () => gcs?.port ?? 0,
    async start(): Promise<PlaceGround> {
      gcs = await startGcs();
      const running = gcs;
      let count = 0;
      return { stage: async () => stageOn(running, `stage-${++count}`), close: () => running.close() };
    },
  };
}
