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
export const WATCH_RULES: readonly Rule[] = [told, watched, runtime];
