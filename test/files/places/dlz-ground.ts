import { ContainerClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../../../local/emulators/azurite.js';
import { landingAzure } from '../../../local/emulators/landing-azure.js';
import {
  type LandingStorage,
  type LandingZoneEmulator,
  startLandingZone,
} from '../../../local/emulators/landing-zone.js';
import { openPlace } from '../../../shared/files/places/open-place.js';
import type { FilePlace } from '../../../shared/files/ports.js';
import type { PlaceGround, PlaceSetup, PlaceStage } from '../../contracts/file-place-subject.js';
import { fakeClock, silent } from '../../support/fakes.js';
import { writer } from './blob-ground.js';

const CLIENT_SECRET = 'p8e-a-secret-of-adobe';
const SECRETS = new Map([
  ['adobe-id', 'the-api-key'],
  ['adobe-secret', CLIENT_SECRET],
]);
const ORGANIZATION = 'ABC@AdobeOrg';

/** Adobe's double for a project whose secrets {@link openDlz} knows. */
export const startAdobe = (storage: LandingStorage): Promise<LandingZoneEmulator> =>
  startLandingZone(
    { clientId: 'the-api-key', clientSecret: CLIENT_SECRET, organization: ORGANIZATION, sandbox: 'prod' },
    storage,
  );

/** Opens a landing zone as a deployment does. */
export const openDlz = (
  { url }: Pick<LandingZoneEmulator, 'url'>,
  from: string,
  { clock = fakeClock(Date.now()), log = silent, limits }: PlaceSetup = {},
  more: Readonly<Record<string, unknown>> = {},
  own: { readonly looks?: boolean } = {},
): Promise<FilePlace> =>
  openPlace(
    from,
    {
      clientId: 'secret:adobe-id',
      clientSecret: 'secret:adobe-secret',
      organization: ORGANIZATION,
      platform: url,
      ims: url,
      ...more,
    },
    {
      secrets: { get: async (name) => SECRETS.get(name) ?? '' },
      clock,
      log,
      random: () => 0.5,
      ...(limits && { limits }),
      ...own,
    },
  );

async function stageOn(azurite: Azurite, name: string, doubles: LandingZoneEmulator[]): Promise<PlaceStage> {
  const connection = azurite.connectionString;
  const container = new ContainerClient(connection, name);
  await container.create();
  const prefix = 'of/mine/';
  return {
    prefix,
    ...writer(container),
    async open(setup = {}) {
      const { port, missing } = setup;
      const blobUrl = new URL(azurite.blobUrl);
      if (port !== undefined) blobUrl.port = String(port);
      const storage = landingAzure({ connection, container: name, blobUrl: blobUrl.href });
      const none: LandingStorage = { current: async () => undefined, refresh: async () => ({}) };
      const adobe = await startAdobe(missing ? none : storage);
      doubles.push(adobe);
      return openDlz(adobe, `dlz://${name}/${prefix}`, setup);
    },
  };
}

/** A landing zone of its own for each test, on one Azurite. */
export function dlzGround() {
  let azurite: Azurite | undefined;
  return {
    secrets: [CLIENT_SECRET, 'sig=s', 'sig=%', 'ims-1'],
    port: () => Number(new URL(azurite?.blobUrl ?? '').port),
    async start(): Promise<PlaceGround> {
      azurite = await startAzurite();
      const running = azurite;
      const doubles: LandingZoneEmulator[] = [];
      let count = 0;
      return {
        stage: () => stageOn(running, `stage-${++count}`, doubles),
        async close() {
          await Promise.all(doubles.map((adobe) => adobe.close()));
          await running.close();
        },
      };
    },
  };
}
