import { createServer } from 'node:http';
import { listen } from '../../local/listen.js';

/** GetSecretValue of AWS Secrets Manager for some secrets; knows which it was asked for, in order. */
export async function startSecrets(secrets: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { SecretId } = JSON.parse(body) as { SecretId: string }; // what the SDK sends
    asked.push(SecretId);
    const SecretString = Object.hasOwn(secrets, SecretId) ? secrets[SecretId] : undefined;
    const answer =
      SecretString === undefined
        ? { __type: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." }
        : { Name: SecretId, SecretString, VersionStages: ['AWSCURRENT'] };
    const head = { 'content-type': 'application/x-amz-json-1.1' };
    response.writeHead(SecretString === undefined ? 400 : 200, head).end(JSON.stringify(answer));
  });
  const port = await listen(server, 0, 'Secrets Manager');
  return {
    asked,
    environment: { AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}` },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
