import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The region to deploy to: as the command says, as the environment says (`AWS_REGION`, `AWS_DEFAULT_REGION`), or as the profile
 * says that is in use; undefined where nobody says.
 */
export async function regionOf(said: string | undefined, env: Env): Promise<string | undefined> {
  const told = said || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  // The SDK knows where profiles are, and throws when none has a region.
  return told || new SecretsManagerClient({}).config.region().catch(() => undefined);
}

/** What to do when nobody says where to. */
export const NO_REGION = `which region? Say --region NAME, or set AWS_REGION, or give the profile one (aws configure set region NAME).
Secrets, tables and streams are of one region, so none is guessed.`;

/** What was found of the secrets of a deployment, each in words. */
export interface SecretsFound {
  /** What keeps functions from starting. */
  readonly faults: readonly string[];
  /** What could not be looked at. */
  readonly notes: readonly string[];
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/** A secret that was made without a value has no version that counts. */
const hasValue = ({ VersionIdsToStages: versions = {} }: DescribeSecretCommandOutput): boolean =>
  Object.values(versions).some((stages) => stages.includes('AWSCURRENT'));

async function lookAt(client: SecretsManagerClient, id: string, region: string): Promise<SecretsFound> {
  const fault = (text: string): SecretsFound => ({ faults: [text], notes: [] });
  const at = `--region ${region} --`;
  try {
    const found = await client.send(new DescribeSecretCommand({ SecretId: id }));
    if (found.DeletedDate)
      return fault(`${id} is being deleted: aws secretsmanager restore-secret ${at}secret-id ${id}`);
    if (hasValue(found)) return { faults: [], notes: [] };
    const put = `aws secretsmanager put-secret-value ${at}secret-id ${id} --secret-string file://FILE`;
    return fault(`${id} has no value: ${put}`);
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException'))
      return fault(
        `${id} is missing: aws secretsmanager create-secret ${at}name ${id} --secret-string file://FILE`,
      );
    if (!isNamed(error, 'AccessDeniedException')) throw error;
    const note = `whether the secret ${id} is there is not known: you lack secretsmanager:DescribeSecret on it`;
    return { faults: [], notes: [note] };
  }
}

/**
 * Whether the secrets with these full names (`tributary/prod/salesforce`) are there and have a value. No value is read. Throws
 * what Secrets Manager says else: no credentials, no such region.
 */
export async function secretsThere(ids: readonly string[], region: string): Promise<SecretsFound> {
  const client = new SecretsManagerClient({ region });
  try {
    const found = await Promise.all(ids.map((id) => lookAt(client, id, region)));
    return {
      faults: found.flatMap(({ faults }) => faults),
      notes: found.flatMap(({ notes }) => notes),
    };
  } finally {
    client.destroy();
  }
}
