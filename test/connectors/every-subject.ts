import type { ConnectorSubject } from '../contracts/connector-subject.js';
import { dynamicsSubject } from './dynamics/subject.js';
import { hubspotSubjects } from './hubspot/account.js';
import { relaySubjects } from './relay/subjects.js';
import { salesforceSubjects } from './salesforce/subjects.js';
import { httpSubjects } from './subjects.js';

/** Every connector there is, in each way it proves who it is: what holds for connectors is held against all of them. */
export const everySubject: readonly ConnectorSubject[] = [
  ...salesforceSubjects,
  ...hubspotSubjects,
  dynamicsSubject,
  ...httpSubjects,
  ...relaySubjects,
];
