import { expect, test } from 'vitest';
import { startGcs } from '../../../local/emulators/gcs.js';
import { serviceAccountIn } from '../../../shared/files/places/gcs-session.js';
import { openPlace } from '../../../shared/files/places/open-place.js';
import { filePlaceContract } from '../../contracts/file-place.js';
import { all, faultOf } from '../../contracts/file-place-steps.js';
import { fakeClock, silent } from '../../support/fakes.js';
import { gcsGround } from './gcs-ground.js';

const { start, ...network } = gcsGround();
filePlaceContract({ name: 'Google Cloud Storage (our double)', network, start });

const opened = (endpoint: string, key: string) =>
  openPlace(
    'gcs://exports/aep',
    { serviceAccount: 'secret:gcs', endpoint },
    { secrets: { get: async () => key }, clock: fakeClock(Date.now()), log: silent, random: () => 0.5 },
  );

test('a token that is refused is replaced once', async () => {
  const gcs = await startGcs();
  gcs.createBucket('exports');
  const place = await opened(gcs.endpoint, gcs.serviceAccount);
  expect(await all(place.list())).toEqual([]);
  gcs.forgetTokens();
  expect(await all(place.list())).toEqual([]);
  await place.close();
  await gcs.close();
});

test('the key of somebody else is not let in, and that is final', async () => {
  const [gcs, other] = [await startGcs(), await startGcs()];
  const key = JSON.stringify({
    ...JSON.parse(other.serviceAccount),
    token_uri: JSON.parse(gcs.serviceAccount).token_uri,
  });
  const place = await opened(gcs.endpoint, key);
  const fault = await faultOf(all(place.list()));
  expect(fault).toMatchObject({ code: 'file.unavailable' });
  expect(fault.message).toContain('secret:gcs');
  expect(fault.message).not.toMatch(/BEGIN|tried/);
  await place.close();
  await Promise.all([gcs.close(), other.close()]);
});

test.each(['no json', '{}', '{"type":"authorized_user","refresh_token":"hush"}'])('%s is no key', (text) => {
  const found = serviceAccountIn(text, 'secret:gcs');
  expect(found).toMatchObject({ ok: false, fault: { code: 'config.invalid' } });
  expect(JSON.stringify(found)).not.toContain('hush');
});
