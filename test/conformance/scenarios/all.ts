import type { Scenario } from '../conformance.js';
import { BROKEN_DOWN } from './broken-down.js';
import { DELIVERY } from './delivery.js';
import { UNREADABLE } from './malformed.js';
import { PERSONS } from './persons.js';
import { REFUSED } from './refused.js';
import { TROUBLED_CRM } from './troubled-crm.js';

/** The one list: what is true on one cloud must be true on the other. */
export const SCENARIOS: readonly Scenario[] = [
  ...DELIVERY,
  ...PERSONS,
  ...TROUBLED_CRM,
  ...REFUSED,
  ...UNREADABLE,
  ...BROKEN_DOWN,
];
