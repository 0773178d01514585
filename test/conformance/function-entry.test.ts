import { testConformance } from './conformance.js';
import { functionEntry } from './function-cloud.js';
import { EVERY_ENDING } from './scenarios/delivery.js';

testConformance('Function, functions/index as deployed', functionEntry, [EVERY_ENDING]);
