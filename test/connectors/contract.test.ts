import { connectorContract } from '../contracts/connector.js';
import { hubspotSubjects } from './hubspot/account.js';
import { httpSubjects, salesforceSubject } from './subjects.js';

for (const subject of [salesforceSubject, ...hubspotSubjects, ...httpSubjects]) connectorContract(subject);
