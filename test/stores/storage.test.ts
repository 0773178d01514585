import { keptContract } from '../contracts/kept.js';
import { storageGround } from './storage-ground.js';

keptContract({
  name: 'Storage Queue and Blob (Azurite)',
  remote: { maxBytes: 36_864, maxDelaySeconds: 604_799 },
  start: storageGround,
});
