import { testConformance } from './conformance.js';
import { lambdaEntry } from './lambda-cloud.js';
import { EVERY_ENDING } from './scenarios/delivery.js';

testConformance('Lambda, the entry as deployed', lambdaEntry, [EVERY_ENDING]);
