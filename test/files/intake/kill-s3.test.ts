import { s3Ground } from '../places/s3-ground.js';
import { testKills } from './kill-scenario.js';

testKills('S3', s3Ground());
