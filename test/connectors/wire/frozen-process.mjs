// A function's process: works off a batch for each line of standard input, and says how its records ended.
import { createInterface } from 'node:readline';
import { systemClock } from '../../../dist/shared/clock.js';
import { loadRules } from '../../../dist/shared/config/load-rules.js';
import { openConnector } from '../../../dist/shared/connectors/open-connector.js';
import { ConnectionConfig } from '../../../dist/shared/connectors/registry.js';
import { NO_TOOLS } from '../../../dist/shared/core/tools.js';
import { noMetrics } from '../../../dist/shared/metrics/none.js';
import { memoryObserver } from '../../../dist/shared/observers.js';
import { inflate } from '../../../dist/shared/pipeline/inflate.js';
import { createPipeline } from '../../../dist/shared/pipeline/run.js';
import { memoryStore } from '../../../dist/shared/stores/memory.js';
import { memoryKept } from '../../../dist/shared/stores/memory-kept.js';

const [, , url, operation] = process.argv;
const actions = {
  upsert: '{ upsert: crm/Contact, match: { Id: $key }, set: { About: $key } }',
  send: '{ send: crm/Task, set: { About: $key } }',
};
const loaded = loadRules(
  `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: { crm: { type: http, url: "${url}" } }
rules:
  - name: rule
    when: { entered: hot }
    do: [${actions[operation]}]
`,
  'frozen.yaml',
  NO_TOOLS,
);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
const config = ConnectionConfig.parse({ type: 'http', url });
const secrets = { get: async () => '' };
const deadLetters = memoryKept(systemClock);
const pipeline = createPipeline({
  rules: loaded.rules,
  store: memoryStore(),
  connectors: new Map([['crm', openConnector('crm', config, { secrets, clock: systemClock })]]),
  parking: memoryKept(systemClock),
  deadLetters,
  clock: systemClock,
  log: { write: () => undefined },
  metrics: noMetrics,
  observer: memoryObserver(),
  inflate,
  newId: () => String(Math.random()),
  random: Math.random,
  pseudonym: (person) => person,
  tuning: { baseMs: 5 },
});

for await (const line of createInterface({ input: process.stdin })) {
  const people = JSON.parse(line);
  const settlements = await pipeline.run(
    people.map((id) => ({
      id,
      source: 'test',
      at: Date.now(),
      body: {
        identityMap: { crmid: [{ id }] },
        segmentMembership: {
          ups: {
            'hot-1': { status: 'realized', lastQualificationTime: new Date(Date.now() - 1000).toISOString() },
          },
        },
      },
    })),
    { redelivers: false },
  );
  const endings = settlements.map(({ id, endings: [ending] }) => [id, ending?.name, ending?.fault?.code]);
  process.stdout.write(`${JSON.stringify(endings)}\n`);
}
