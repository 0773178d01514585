import { afterEach, expect, test } from 'vitest';
import { newSshKey } from '../../../local/emulators/sftp.js';
import { openPlace } from '../../../shared/files/places/open-place.js';
import { all, entryAt, faultOf, noise, read } from '../../contracts/file-place-steps.js';
import { fakeClock, silent } from '../../support/fakes.js';
import { keyAccount, ownSftp, type RunningSftp, sftpStage } from './sftp-ground.js';

const servers: RunningSftp[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const started = async (account: Parameters<typeof ownSftp>[0]): Promise<RunningSftp> => {
  const server = await ownSftp(account);
  servers.push(server);
  return server;
};

const opened = (server: RunningSftp, auth: Readonly<Record<string, unknown>>, host = '127.0.0.1') =>
  openPlace(`sftp://adobe@${host}:${server.port}/`, auth, {
    secrets: { get: async (name) => `the-${name}` },
    clock: fakeClock(),
    log: silent,
    random: () => 0.5,
    limits: { answerMs: 5_000, idleMs: 5_000 },
  });

test('a private key with its passphrase lets in', async () => {
  const account = keyAccount();
  const server = await started({ publicKey: account.publicKey });
  const stage = sftpStage(server, account, 'a');
  await stage.write(`${stage.prefix}a.csv`, noise(100));
  const place = await stage.open();
  expect(await read(place, await entryAt(place, `${stage.prefix}a.csv`))).toEqual(noise(100));
  await place.close();
  const wrong = new Map([...account.secrets, ['passphrase', 'another']]);
  const fault = await faultOf(sftpStage(server, { ...account, secrets: wrong }, 'a').open());
  expect(fault).toMatchObject({ code: 'config.invalid' });
  expect(fault.message).toContain('secret:key is no private key that can be read');
});

test('without a pinned host key nothing is said to the server, and the fault says what to pin', async () => {
  const server = await started({ password: 'the-password' });
  const place = await opened(server, { password: 'secret:password' });
  const fault = await faultOf(all(place.list()));
  expect(fault).toMatchObject({ code: 'config.invalid' });
  expect(fault.message).toContain(`hostKey: "${server.fingerprint}"`);
  await place.close();
  const pinned = await opened(server, { password: 'secret:password', hostKey: server.fingerprint });
  expect(await all(pinned.list())).toEqual([]);
  await pinned.close();
});

test('another host key than the pinned one is refused at once', async () => {
  const server = await started({ password: 'the-password' });
  const other = `SHA256:${'A'.repeat(43)}`;
  const clock = fakeClock();
  const place = await opened(server, { password: 'secret:password', hostKey: other });
  const fault = await faultOf(all(place.list()));
  expect(fault).toMatchObject({ code: 'file.unavailable' });
  expect(fault.message).toContain(server.fingerprint);
  expect(clock.now()).toBe(fakeClock().now());
  await place.close();
  const both = await opened(server, { password: 'secret:password', hostKey: [other, server.fingerprint] });
  expect(await all(both.list())).toEqual([]);
  await both.close();
});

test('a wrong password is not tried again, and never repeated to anybody', async () => {
  const server = await started({ password: 'right' });
  const place = await opened(server, { password: 'secret:password', hostKey: server.fingerprint });
  const fault = await faultOf(all(place.list()));
  expect(fault).toMatchObject({ code: 'file.unavailable' });
  expect(fault.message).toContain('did not let us in');
  expect(fault.message).not.toContain('tried');
  expect(fault.message).not.toContain('the-password');
  await place.close();
});

test.each(['10.1.2.3', '169.254.169.254', '0xa.1.2.3', '167838211', '[fd00::1]', '[::ffff:10.1.2.3]'])(
  'a host of a private network is not spoken to: %s',
  async (host) => {
    const server = await started({ password: 'the-password' });
    const auth = { password: 'secret:password', hostKey: server.fingerprint };
    const place = await opened(server, auth, host);
    const fault = await faultOf(all(place.list()));
    expect(fault.message).toContain('private network');
    await place.close();
  },
);

test('a key that is none is refused when the place is opened', async () => {
  const server = await started({ publicKey: newSshKey().public });
  const fault = await faultOf(opened(server, { privateKey: 'secret:key', hostKey: server.fingerprint }));
  expect(fault).toMatchObject({ code: 'config.invalid' });
  expect(fault.message).not.toContain('the-key');
});
