import { listOf, ofType, type Rule, type Template, under } from './template.js';

const alarmsOf = (template: Template) => ofType(template, 'AWS::CloudWatch::Alarm');

const told: Rule = (template) =>
  alarmsOf(template).flatMap(([name, { Properties }]) => [
    ...(listOf(Properties['AlarmActions']).length === 0 ? [`nobody is told of the alarm ${name}`] : []),
    ...(/#[\w-]+$/.test(String(Properties['AlarmDescription']))
      ? []
      : [`the alarm ${name} does not end in a link to what to do`]),
    ...(Properties['TreatMissingData'] === undefined ? [`the alarm ${name} is silent on missing data`] : []),
  ]);

/** What rings only for what is worth being woken for, and does ring for it. */
const reachable: Rule = (template) =>
  alarmsOf(template).flatMap(([name, { Properties }]) => {
    const threshold = Number(Properties['Threshold']);
    const evaluated = Number(Properties['EvaluationPeriods']);
    const needed = Number(Properties['DatapointsToAlarm'] ?? evaluated);
    const upwards = /^GreaterThan/.test(String(Properties['ComparisonOperator']));
    const counted = COUNTED.includes(String(Properties['MetricName']));
    const seldom = SELDOM.test(String(under(listOf(Properties['Dimensions'])[0], 'Value')));
    return [
      ...(upwards && threshold > 0 ? [] : [`the alarm ${name} rings for nothing: above a threshold over 0`]),
      ...(counted && threshold !== 1
        ? [`the alarm ${name} overlooks the first: its threshold must be 1`]
        : []),
      ...(needed <= 3 && evaluated <= 3 ? [] : [`the alarm ${name} comes too late: three periods at most`]),
      ...(seldom && NOT_AT_ONCE.includes(String(Properties['MetricName'])) && needed > 1
        ? [`the alarm ${name} overlooks a message that fails alone: DatapointsToAlarm must be 1`]
        : []),
    ];
  });

/** Of these one is one too many. */
const COUNTED = [
  'Errors',
  'Throttles',
  'ApproximateNumberOfMessagesVisible',
  'OnFailureDestinationDeliveredEventCount',
  'DroppedEventCount',
];
const NOT_AT_ONCE = ['Errors', 'Duration'];
/** A message that fails there is seen again only after its visibility timeout: twelve minutes and more. */
const SELDOM = /-(?:replay|files|arrivals)$/;

/** What must be watched beside each function: the name of the alarm behind the stage. */
const DEMANDED = [
  'arrivals-errors',
  'batches-given-up',
  'behind',
  'dead-letters',
  'door-5xx',
  'half-of-retention',
  'held',
  'parked',
  'quota',
  'records-dropped',
  'rejected-share',
  'silent',
  'slowed',
  'state-throttled',
  'unauthorized',
  'undelivered',
  'unfiled',
  'unparked',
];

const demanded: Rule = (template) => {
  const names = alarmsOf(template).map(([, { Properties }]) => String(Properties['AlarmName']));
  // A stage may have hyphens of its own.
  return DEMANDED.filter((name) => !names.some((one) => one.endsWith(`-${name}`))).map(
    (name) => `there is no alarm ${name}`,
  );
};

const WATCHED = ['Errors', 'Duration', 'Throttles'];

const watched: Rule = (template) =>
  ofType(template, 'AWS::Lambda::Function').flatMap(([name, { Properties }]) => {
    const about = alarmsOf(template).filter(([, alarm]) =>
      listOf(alarm.Properties['Dimensions']).some(
        (dimension) => under(dimension, 'Value') === Properties['FunctionName'],
      ),
    );
    const missing = WATCHED.filter(
      (metric) => !about.some(([, alarm]) => alarm.Properties['MetricName'] === metric),
    );
    const duration = about.find(([, alarm]) => alarm.Properties['MetricName'] === 'Duration');
    const late = Number(duration?.[1].Properties['Threshold'] ?? 0) >= Number(Properties['Timeout']) * 1000;
    return [
      ...missing.map((metric) => `nobody watches the ${metric} of ${name}`),
      ...(late ? [`the alarm on the duration of ${name} comes after its timeout`] : []),
    ];
  });

const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];

const runtime: Rule = (template) =>
  ofType(template, 'AWS::Lambda::Function').flatMap(([name, { Properties }]) => [
    ...(RUNTIMES.includes(String(Properties['Runtime'])) ? [] : [`${name} runs on an unknown runtime`]),
    ...(listOf(Properties['Architectures']).includes('arm64') ? [] : [`${name} must run on arm64`]),
  ]);

/** What goes wrong is seen by somebody who then knows what to do. */
export const WATCH_RULES: readonly Rule[] = [told, demanded, reachable, watched, runtime];
