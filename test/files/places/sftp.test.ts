import { filePlaceContract } from '../../contracts/file-place.js';
import { ownSftp, type RunningSftp, sftpGround } from './sftp-ground.js';

const PASSWORD = 'a-secret-of-sftp';
let server: RunningSftp | undefined;

filePlaceContract({
  name: 'SFTP (in this process)',
  network: { port: () => server?.port ?? 0, secrets: [PASSWORD] },
  async start() {
    server = await ownSftp({ password: PASSWORD });
    const secrets = new Map([['password', PASSWORD]]);
    return sftpGround(server, { auth: { password: 'secret:password' }, secrets });
  },
});
