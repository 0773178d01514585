import type { Scenario } from '../conformance.js';
import { BROKEN_DOWN } from './broken-down.js';
import { DELIVERY } from './delivery.js';
import { UNREADABLE } from './malformed.js';
import { REFUSED } from './refused.js';
import { TROUBLED_CRM } from './troubled-crm.js';

/** The one list: what is true on one cloud must be true on the other. */
export const SCENARIOS: readonly Scenario[] = [
  ...DELIVERY,
  ...TROUBLED_CRM,
  ...REFUSED,
  ...UNREADABLE,
  ...BROKEN_DOWN,
];
