import { testConformance } from './conformance.js';
import { functionCloud } from './function-cloud.js';
import { SCENARIOS } from './scenarios/all.js';

testConformance('Function', functionCloud, SCENARIOS);
