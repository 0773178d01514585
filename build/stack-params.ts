import { declared, quote } from '../shared/core/names.js';
import { isPlaceholder } from './placeholder.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^(?=.{3,63}$)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]*[a-z0-9]$/;

/** What a parameter must look like, and the words for it. What is not here is a number or a text of any kind. */
const FORMS: Readonly<Record<string, readonly [RegExp, string]>> = {
  // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
  existingStream: [/^[\w.-]{1,128}$/, 'the name of a stream, not its ARN'],
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  existingTable: [/^[\w.-]{3,255}$/, 'the name of a table, not its ARN'],
  existingLetters: [BUCKET, 'the name of a bucket, not its ARN'],
  exportsBucket: [BUCKET, 'the name of a bucket, not its ARN or address'],
  existingKey: [
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    'the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), not of an alias',
  ],
  // Anything else but nothing would count as yes, `no` too.
  existingQueues: [/^yes$/, 'yes, or left out'],
  existingLogKey: [/^yes$/, 'yes, or left out'],
  tracing: [/^(?:Active|PassThrough)$/, 'Active or PassThrough'],
  alarmEmail: [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'one address of e-mail'],
  logDays: [/^[1-9]\d*$/, 'a number of days'],
  doorRate: [/^[1-9]\d*$/, 'a number of requests'],
  doorBurst: [/^[1-9]\d*$/, 'a number of requests'],
  behindMinutes: [/^[1-9]\d*$/, 'a number of minutes'],
  rejectedPercent: [/^(?:100|[1-9]\d?)$/, 'a number from 1 to 100'],
};

function wrongParam(name: string, value: string, known: ReadonlySet<string>): readonly string[] {
  if (!known.has(name)) return [`there is no parameter named ${quote(name)}; ${declared(name, [...known])}`];
  if (name === 'alarmEmail' && isPlaceholder(value))
    return [`nobody reads ${value}: alarmEmail must be the address of those who are told of alarms`];
  const [form, words] = FORMS[name] ?? [];
  return value === '' || form === undefined || form.test(value)
    ? []
    : [`${name} must be ${words}, not ${JSON.stringify(value)}`];
}

/** A name as CloudFormation will fill it in, with an account and the longest region. */
const filledIn = (name: string): string =>
  name.replaceAll('${AWS::AccountId}', '123456789012').replaceAll('${AWS::Region}', 'ap-southeast-1');

/**
 * Parameters that no file asks for, which osls would pass over in silence, and values that only AWS would refuse, or that
 * would make a role point nowhere. `letters` is the bucket for dead letters.
 */
export const wrongParams = (
  given: Readonly<Record<string, string>>,
  known: ReadonlySet<string>,
  letters: string,
): readonly string[] => [
  ...Object.entries(given).flatMap(([name, value]) => wrongParam(name, value, known)),
  ...(BUCKET.test(filledIn(letters)) || given['existingLetters'] !== undefined
    ? []
    : [`TRIBUTARY_LETTERS_BUCKET must be the name of a bucket, not ${JSON.stringify(letters)}`]),
];
