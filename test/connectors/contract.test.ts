import { connectorContract } from '../contracts/connector.js';
import { httpSubjects, salesforceSubject } from './subjects.js';

for (const subject of [salesforceSubject, ...httpSubjects]) connectorContract(subject);
