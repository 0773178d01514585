import { connectorContract } from '../contracts/connector.js';
import { everySubject } from './every-subject.js';
import { salesforceWays } from './salesforce/subjects.js';

for (const subject of [...everySubject, ...salesforceWays]) connectorContract(subject);
