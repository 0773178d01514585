import { connectorContract } from '../contracts/connector.js';
import { dynamicsSubject } from './dynamics/subject.js';
import { hubspotSubjects } from './hubspot/account.js';
import { httpSubjects, salesforceSubject } from './subjects.js';

for (const subject of [salesforceSubject, ...hubspotSubjects, dynamicsSubject, ...httpSubjects])
  connectorContract(subject);
