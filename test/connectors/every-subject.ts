import type { ConnectorSubject } from '../contracts/connector-subject.js';
import { dynamicsSubject } from './dynamics/subject.js';
import { hubspotSubjects } from './hubspot/account.js';
import { relaySubjects } from './relay/subjects.js';
import { httpSubjects, salesforceSubject } from './subjects.js';

/** Every connector there is, in each way it proves who it is: what holds for connectors is held against all of them. */
export const everySubject: readonly ConnectorSubject[] = [
  salesforceSubject,
  ...hubspotSubjects,
  dynamicsSubject,
  ...httpSubjects,
  ...relaySubjects,
];
