import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Written } from '../../build/bundle.js';
import type { Statement } from '../../build/template/access-rules.js';
import { listOf, under } from '../../build/template/template.js';
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

/** What reads and writes files of places, which are the customer's, and not of the stack. */
const isPlace = (path: string): boolean => path.includes('files/places/');

/** The rights that the commands in a bundle need: of stores, or of places of files. */
export function rightsOf({ outputs }: Written, of: 'stores' | 'places'): ReadonlySet<string> {
  const inputs = new Set(
    Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([path]) => path),
    ),
  );
  const ours = [...inputs].filter((one) => one.startsWith('shared/') || one.startsWith('lambdas/'));
  const asked = ours.filter((path) => !isRelay(path) && isPlace(path) === (of === 'places'));
  return new Set(asked.flatMap((path) => rightsIn(readFileSync(join(ROOT, path), 'utf8'))));
}

/** How a policy names what a setting names, without what is the same in every ARN. */
const NAMED: Readonly<Record<string, (name: string, right: string) => string>> = {
  dynamodb: (name) => `dynamodb:table/${name}`,
  kinesis: (name) => `kinesis:stream/${name}`,
  sqs: (name) => `sqs:${name}`,
  s3: (name, right) => (right === 's3:ListBucket' ? `s3:${name}` : `s3:${name}/*`),
  secretsmanager: (prefix) => `secretsmanager:secret:${prefix}*`,
};

/**
 * Each right with what it is for, `sqs:SendMessage sqs:tributary-dev-parked`: those rights that are about a service, for each
 * setting (`sqs:tributary-dev-parked`) of a function that names something of it.
 */
export const neededFor = (rights: Iterable<string>, settings: readonly unknown[]): readonly string[] =>
  settings.flatMap((setting) => {
    const text = String(typeof setting === 'string' ? setting : under(setting, 'Fn::Sub'));
    const [kind = '', name = ''] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
    const service = kind.replace('-', '');
    const named = NAMED[service];
    if (named === undefined) throw new Error(`no policy is known for ${text}`);
    return [...rights]
      .filter((right) => right.startsWith(`${service}:`))
      .map((right) => `${right} ${named(name, right)}`);
  });

/** What a statement is about, as {@link NAMED} writes it; nothing for a branch that is not there. */
function namesOf(resource: unknown): readonly string[] {
  const branches = under(resource, 'Fn::If');
  if (branches !== undefined) return listOf(branches).slice(1).flatMap(namesOf);
  const attribute = under(resource, 'Fn::GetAtt');
  if (attribute !== undefined) return [listOf(attribute).join('.')];
  const text = typeof resource === 'string' ? resource : under(resource, 'Fn::Sub');
  if (typeof text !== 'string' || text === '') return [];
  const plain = text.replace(/^\$\{(\w+\.Arn)\}/, '$1');
  return [
    plain.replace(
      /^arn:[^:]*(?:::Partition\})?:(\w+):(?:\$\{AWS::Region\})?:(?:\$\{AWS::AccountId\})?:/,
      '$1:',
    ),
  ];
}

/** Each right of some statements with what it is for. */
export const pairsOf = (statements: readonly Statement[], effect = 'Allow'): readonly string[] =>
  statements
    .filter((statement) => statement.effect === effect)
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.flatMap(namesOf).map((name) => `${action} ${name}`)),
    );

/** What is allowed and never used, and what is used and not allowed. */
export function unfit(allowed: readonly string[], needed: readonly string[]) {
  const [has, uses] = [new Set(allowed), new Set(needed)];
  return {
    unused: [...has].filter((pair) => !uses.has(pair)).sort(),
    missing: [...uses].filter((pair) => !has.has(pair)).sort(),
  };
}
