import { connectorContract } from '../contracts/connector.js';
import { everySubject } from './every-subject.js';

for (const subject of everySubject) connectorContract(subject);
