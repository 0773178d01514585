import { ALERTS } from './alerts.js';
import { APP } from './app.js';
import { EVENT_HUBS } from './event-hubs.js';
import { call, concat, type Template, template } from './expression.js';
import { FILES } from './files.js';
import { ACTION_GROUP, MONITORING } from './monitor.js';
import { IDS, NAMES } from './names.js';
import { PARAMETERS, variable } from './parameters.js';
import { clientId, GRANTS, IDENTITY } from './roles.js';
import { STORAGE } from './storage.js';
import { VAULT } from './vault.js';
import { WORKBOOK } from './workbook.js';

/** All of a deployment, as `main.json` beside this has it. */
export const MAIN: Template = template('tributary on Azure Functions', {
  parameters: PARAMETERS,
  variables: NAMES,
  resources: [
    IDENTITY,
    ...STORAGE,
    ...EVENT_HUBS,
    VAULT,
    ...MONITORING,
    ACTION_GROUP,
    ...ALERTS,
    WORKBOOK,
    ...GRANTS,
    ...APP,
    ...FILES,
  ],
  outputs: {
    app: { type: 'string', value: variable('app') },
    door: {
      type: 'string',
      value: concat('https://', call('reference', IDS.app, '2024-11-01').member('defaultHostName')),
    },
    vault: { type: 'string', value: variable('vault') },
    namespace: { type: 'string', value: variable('namespace') },
    identity: { type: 'string', value: clientId },
    filesStorage: { type: 'string', value: variable('filesStorage') },
    dataStorage: { type: 'string', value: variable('dataStorage') },
  },
});

/** Parameters with which every resource of the template is deployed, and every list has something in it. */
export const EVERYTHING: Readonly<Record<string, unknown>> = {
  stage: 'dev',
  files: true,
  readyDoors: 1,
  secrets: ['salesforce'],
  alertEmails: ['ops@acme.example'],
};
