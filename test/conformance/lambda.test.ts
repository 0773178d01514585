import { testConformance } from './conformance.js';
import { lambdaCloud } from './lambda-cloud.js';
import { SCENARIOS } from './scenarios/all.js';

testConformance('Lambda', lambdaCloud, SCENARIOS);
