import { filePlaceContract } from '../../contracts/file-place.js';
import { s3Ground } from './s3-ground.js';

const { start, ...network } = s3Ground();
filePlaceContract({ name: 'S3 (fauxqs)', network, start });
