import { filePlaceContract } from '../../contracts/file-place.js';
import { blobGround } from './blob-ground.js';

const { start, ...network } = blobGround();
filePlaceContract({ name: 'Blob (Azurite)', network, start });
