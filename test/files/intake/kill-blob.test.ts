import { blobGround } from '../places/blob-ground.js';
import { testKills } from './kill-scenario.js';

testKills('Blob Storage', blobGround());
