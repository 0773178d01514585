import { connectorTrouble } from '../../contracts/connector-trouble.js';
import { openDynamics } from './environment.js';
import { dynamicsSubject } from './subject.js';

// UpsertMultiple says yes with a bare 204, and says nothing of single rows: of the contract what holds for requests holds.
connectorTrouble({
  ...dynamicsSubject,
  name: 'dynamics, UpsertMultiple',
  open: (base, { timeoutMs, fetch }) =>
    openDynamics(
      { url: base, authority: base, timeoutMs, upsertMultiple: { contacts: 'contact' } },
      fetch === undefined ? {} : { fetch },
    ),
  statusIsAnswer: true,
});
