import { listOf, ofType, type Resource, type Rule, type Template, targetOf, under } from './template.js';

const resourceOf = ({ Resources }: Template, name: string | undefined): Resource | undefined =>
  name === undefined ? undefined : Resources[name];

const timeoutOf = (template: Template, mapping: Resource): number => {
  const of = resourceOf(template, targetOf(mapping.Properties['FunctionName']));
  return Number(of?.Properties['Timeout'] ?? 0);
};

const mappings: Rule = (template) =>
  ofType(template, 'AWS::Lambda::EventSourceMapping').flatMap(([name, mapping]) => {
    const { Properties } = mapping;
    const reports = listOf(Properties['FunctionResponseTypes']).includes('ReportBatchItemFailures');
    const source = resourceOf(template, targetOf(Properties['EventSourceArn']));
    const unreported = reports ? [] : [`${name} must report failures one by one (ReportBatchItemFailures)`];
    if (Properties['StartingPosition'] !== undefined)
      return [...unreported, ...streamFaults(name, mapping, source)];
    return [...unreported, ...queueFaults(name, timeoutOf(template, mapping), source)];
  });

function streamFaults(name: string, { Properties }: Resource, stream: Resource | undefined): string[] {
  const age = Number(Properties['MaximumRecordAgeInSeconds'] ?? -1);
  const kept = Number(stream?.Properties['RetentionPeriodHours'] ?? 168) * 3600;
  return [
    ...(Properties['MaximumRetryAttempts'] === -1 ? [] : [`${name} gives batches up during an outage`]),
    ...(Properties['BisectBatchOnFunctionError'] === true
      ? []
      : [`${name} must bisect, or one bad record takes others with it`]),
    ...(age > 0 && age < kept ? [] : [`${name} loses what is too old: its age must be under the retention`]),
    ...(under(Properties, 'DestinationConfig.OnFailure.Destination') === undefined
      ? [`${name} has no destination for what is given up`]
      : []),
    ...(Properties['StartingPosition'] === 'TRIM_HORIZON' ? [] : [`${name} misses records: TRIM_HORIZON`]),
    ...(Properties['FilterCriteria'] === undefined ? [] : [`${name} drops records without a trace`]),
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html advises six times the timeout. */
function queueFaults(name: string, timeout: number, queue: Resource | undefined): string[] {
  const visibility = Number(queue?.Properties['VisibilityTimeout'] ?? 30);
  return [
    ...(queue !== undefined && queue.Properties['RedrivePolicy'] === undefined
      ? [`the queue of ${name} has no dead-letter queue`]
      : []),
    ...(queue !== undefined && visibility < 6 * timeout
      ? [`the queue of ${name} shows messages again while they are worked on: at least ${6 * timeout} s`]
      : []),
  ];
}

const ASYNC = ['s3.amazonaws.com', 'events.amazonaws.com', 'sns.amazonaws.com'];

const targetsOfSchedules = (template: Template): readonly (string | undefined)[] =>
  ofType(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) =>
    targetOf(under(Properties, 'Target.Arn')),
  );

/** What S3, a schedule or a topic sends is tried three times by Lambda and then gone, unless somebody takes it. */
const asynchronous: Rule = (template) => {
  const called = ofType(template, 'AWS::Lambda::Permission')
    .filter(([, { Properties }]) => ASYNC.includes(String(Properties['Principal'])))
    .map(([, { Properties }]) => targetOf(Properties['FunctionName']));
  const caught = ofType(template, 'AWS::Lambda::EventInvokeConfig')
    .filter(
      ([, { Properties }]) => under(Properties, 'DestinationConfig.OnFailure.Destination') !== undefined,
    )
    .map(([, { Properties }]) => targetOf(Properties['FunctionName']));
  return [...new Set([...called, ...targetsOfSchedules(template)])]
    .filter((name) => name !== undefined && !caught.includes(name))
    .filter((name) => resourceOf(template, name)?.Properties['DeadLetterConfig'] === undefined)
    .map((name) => `${name} is called without an answer and has no destination for what fails`);
};

const api: Rule = (template) =>
  ofType(template, 'AWS::ApiGatewayV2::Stage').flatMap(([name, { Properties }]) => [
    ...(Number(under(Properties, 'DefaultRouteSettings.ThrottlingRateLimit') ?? 0) > 0 &&
    Number(under(Properties, 'DefaultRouteSettings.ThrottlingBurstLimit') ?? 0) > 0
      ? []
      : [`${name} lets any number of requests through`]),
    ...(under(Properties, 'AccessLogSettings.DestinationArn') === undefined
      ? [`${name} has no access log`]
      : []),
  ]);

/** What comes in is lost nowhere: each way in has its second chance and its place for what fails. */
export const DOOR_RULES: readonly Rule[] = [mappings, asynchronous, api];
