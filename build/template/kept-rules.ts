import { listOf, ofType, type Rule, under } from './template.js';

/** By type: the property without which what is kept is not encrypted with the stack's key. */
const ENCRYPTED: Readonly<Record<string, string>> = {
  'AWS::Kinesis::Stream': 'StreamEncryption.KeyId',
  'AWS::DynamoDB::Table': 'SSESpecification.KMSMasterKeyId',
  'AWS::SQS::Queue': 'KmsMasterKeyId',
  'AWS::SNS::Topic': 'KmsMasterKeyId',
  'AWS::Logs::LogGroup': 'KmsKeyId',
  'AWS::SecretsManager::Secret': 'KmsKeyId',
  'AWS::S3::Bucket': 'BucketEncryption.ServerSideEncryptionConfiguration',
};

const BLOCKED = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** What holds customers' data, or the key to it, stays when the stack goes. */
const STAYS = [
  'AWS::Kinesis::Stream',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::SQS::Queue',
];

/** Stays, but for one thing: it lets a first deployment that fails take away what it made, or the next would find the names taken. */
const RETAINS = 'RetainExceptOnCreate';

/** osls' own: it holds code, and osls empties and removes it with the stack. */
const OF_OSLS = 'ServerlessDeploymentBucket';

const encrypted: Rule = (template) =>
  Object.entries(ENCRYPTED).flatMap(([type, path]) =>
    ofType(template, type)
      .filter(([, { Properties }]) => listOf(under(Properties, path)).length === 0)
      .map(([name]) => `${name} is not encrypted: ${path} is missing`),
  );

const rotated: Rule = (template) =>
  ofType(template, 'AWS::KMS::Key')
    .filter(([, { Properties }]) => Properties['EnableKeyRotation'] !== true)
    .map(([name]) => `${name} is never rotated: EnableKeyRotation must be true`);

const closed: Rule = (template) =>
  ofType(template, 'AWS::S3::Bucket').flatMap(([name, { Properties }]) =>
    BLOCKED.filter((block) => under(Properties, `PublicAccessBlockConfiguration.${block}`) !== true).map(
      (block) => `${name} could be made public: ${block} must be true`,
    ),
  );

const stays: Rule = (template) =>
  Object.entries(template.Resources)
    .filter(([name, { Type }]) => STAYS.includes(Type) || (Type === 'AWS::S3::Bucket' && name !== OF_OSLS))
    .flatMap(([name, { DeletionPolicy, UpdateReplacePolicy }]) => [
      ...(DeletionPolicy === RETAINS
        ? []
        : DeletionPolicy === 'Retain'
          ? [`${name} would outlive a first deployment that failed: DeletionPolicy must be ${RETAINS}`]
          : [`${name} would be deleted with the stack: DeletionPolicy must be ${RETAINS}`]),
      ...(UpdateReplacePolicy === 'Retain'
        ? []
        : [`${name} would be deleted when it is replaced: UpdateReplacePolicy must be Retain`]),
    ]);

const worldUnique: Rule = (template) =>
  ofType(template, 'AWS::S3::Bucket')
    .filter(([, { Properties }]) => Properties['BucketName'] !== undefined)
    .filter(([, { Properties }]) =>
      /tributary-(?!.*AccountId)/.test(JSON.stringify(Properties['BucketName'])),
    )
    .map(([name]) => `${name} has a name that another account may have taken: it needs AWS::AccountId`);

const table: Rule = (template) =>
  ofType(template, 'AWS::DynamoDB::Table').flatMap(([name, { Properties }]) => [
    ...(under(Properties, 'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled') === true
      ? []
      : [`${name} cannot be brought back: point-in-time recovery must be enabled`]),
    ...(under(Properties, 'TimeToLiveSpecification.AttributeName') === 'expires'
      ? []
      : [`${name} never forgets: the time to live must be the attribute expires`]),
    ...(Properties['BillingMode'] === 'PAY_PER_REQUEST' ? [] : [`${name} must be on demand`]),
  ]);

const logs: Rule = (template) =>
  ofType(template, 'AWS::Logs::LogGroup')
    .filter(([, { Properties }]) => typeof Properties['RetentionInDays'] !== 'number')
    .map(([name]) => `${name} keeps its lines for ever: RetentionInDays is missing`);

/** What is kept is encrypted, closed to the public, there after a mistake, and gone in time. */
export const KEPT_RULES: readonly Rule[] = [encrypted, rotated, closed, stays, worldUnique, table, logs];
