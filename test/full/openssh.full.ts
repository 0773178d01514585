import { test } from 'vitest';
import { filePlaceContract } from '../contracts/file-place.js';
import { sftpGround } from '../files/places/sftp-ground.js';
import { hasOpenSsh, startOpenSsh } from './openssh-server.js';

const skipped =
  'SKIPPED: files over SFTP were held against our own server only, not against OpenSSH. As root: apt-get install -y --no-install-recommends openssh-server';

if (await hasOpenSsh()) {
  const { server, account } = await startOpenSsh();
  filePlaceContract({
    name: "SFTP (OpenSSH's own server)",
    network: { port: () => server.port, secrets: [account.secrets.get('key') ?? ''] },
    start: async () => sftpGround(server, account),
  });
} else {
  process.stderr.write(`${skipped}\n`);
  test.todo(skipped);
}
