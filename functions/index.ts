import { app } from '@azure/functions';
import { systemClock } from '../shared/clock.js';
import { door, filesTriggers, intake, pipeline, replay, sweep, sweepSchedule } from './compose.js';
import { late } from './late.js';
import { WORK_MS } from './work-ms.js';

// Everything here was run through the real @azure/functions library with a stand-in host; it has never been run on the
// real Azure Functions host. On Node 20 and 22 native ESM sees only `app`, `input`, `output` and `trigger` as values of
// '@azure/functions': import anything else as a type.

/** How long one invocation may start new work. */
const LIMITS = { clock: systemClock, workMs: WORK_MS };

/**
 * `dataType` is a property of every host binding, missing from the library's Event Hubs type. With it the host hands
 * over bytes; as strings, invalid UTF-8 would be replaced and long numeric bodies rounded before we see them.
 */
const trigger = {
  connection: 'EventHubConnection',
  eventHubName: '%EVENT_HUB_NAME%',
  consumerGroup: '%EVENT_HUB_CONSUMER_GROUP%',
  cardinality: 'many',
  dataType: 'binary',
} as const;

// Should the binding fall back to strings, empty bodies must still arrive, or bodies and metadata stop lining up
// (https://github.com/Azure/azure-functions-nodejs-worker/issues/639).
app.setup({ capabilities: { IncludeEmptyEntriesInMessagePayload: true } });

app.eventHub('audience-exports', {
  ...trigger,
  // Whole seconds: the library rounds. -1 never gives up: Event Hubs checkpoints a failed batch once its retries end.
  retry: {
    strategy: 'exponentialBackoff',
    maxRetryCount: -1,
    minimumInterval: { seconds: 2 },
    maximumInterval: { minutes: 1 },
  },
  handler: late(async () => (await import('./consumer.js')).consumerOf(pipeline, LIMITS)),
});

/** Queue triggers are retried by the extension, as `extensions.queues` of host.json says. */
const parked = {
  connection: 'TRIBUTARY_STORAGE_CONNECTION',
  queueName: '%TRIBUTARY_PARKING_QUEUE%',
  dataType: 'binary',
} as const;

app.storageQueue('parked-records', {
  ...parked,
  handler: late(async () => (await import('./replay.js')).replayOf(replay, LIMITS)),
});

/**
 * One function for every path: the door has its own routes and answers 404 and 405 in its own words. Anonymous, because it
 * authenticates by itself; AEP cannot send a function's key other than in the URL.
 */
app.http('door', {
  route: '{*path}',
  authLevel: 'anonymous',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  handler: late(async () => (await import('./http.js')).httpOf(door)),
});

if (filesTriggers) {
  const files = { ...parked, queueName: filesTriggers.queueName };
  app.storageQueue('files', {
    ...files,
    handler: late(async () => (await import('./files.js')).filesOf(intake, LIMITS)),
  });
  app.timer('poll-files', {
    schedule: filesTriggers.schedule,
    handler: late(async () => (await import('./files.js')).pollOf(intake)),
  });
}

if (sweepSchedule !== undefined)
  app.timer('sweep-state', {
    schedule: sweepSchedule,
    handler: late(async () => (await import('./sweep.js')).sweepOf(sweep)),
  });
