import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Written } from '../../build/bundle.js';
import type { Statement } from '../../build/template/access-rules.js';
import { ROOT } from './packaged.js';

/** What a client of the SDK is called in policies. */
const SERVICES: Readonly<Record<string, string>> = {
  'client-dynamodb': 'dynamodb',
  'client-kinesis': 'kinesis',
  'client-s3': 's3',
  'client-secrets-manager': 'secretsmanager',
  'client-sqs': 'sqs',
};

/** Commands whose right has another name. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const RIGHTS: Readonly<Record<string, string>> = {
  's3:ListObjectsV2': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListParts': 's3:ListMultipartUploadParts',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:UploadPart': 's3:PutObject',
  's3:CompleteMultipartUpload': 's3:PutObject',
  'sqs:SendMessageBatch': 'sqs:SendMessage',
};

const IMPORT = /import \{([^}]*)\} from '@aws-sdk\/(client-[\w-]+)'/g;

/** Rights that the commands of a source file need. */
function rightsIn(source: string): readonly string[] {
  return [...source.matchAll(IMPORT)].flatMap(([, names = '', client = '']) => {
    const service = SERVICES[client];
    return service === undefined
      ? []
      : [...names.matchAll(/\b(\w+)Command\b/g)]
          .map(([, command = '']) => `${service}:${command}`)
          .map((right) => RIGHTS[right] ?? right);
  });
}

/** Relays write to customers' own targets: who uses one allows it (docs/connectors). Files of places: infra/aws/files.yml. */
const isRelay = (path: string): boolean => path.includes('connectors/relay/');

/** The rights that the commands in a bundle need, each with the files that need it. */
export function rightsOf({ outputs }: Written): ReadonlyMap<string, readonly string[]> {
  const inputs = new Set(
    Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([path]) => path),
    ),
  );
  const needed = new Map<string, string[]>();
  for (const path of [...inputs].filter((one) => one.startsWith('shared/') || one.startsWith('lambdas/'))) {
    if (isRelay(path)) continue;
    for (const right of rightsIn(readFileSync(join(ROOT, path), 'utf8')))
      needed.set(right, [...(needed.get(right) ?? []), path]);
  }
  return needed;
}

/** The rights that a role gives, less those it takes back everywhere it gives them. */
export const allowedBy = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions));
