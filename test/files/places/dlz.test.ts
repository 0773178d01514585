import { filePlaceContract } from '../../contracts/file-place.js';
import { dlzGround } from './dlz-ground.js';

const { start, ...network } = dlzGround();
filePlaceContract({ name: "Data Landing Zone (Adobe's double before Azurite)", network, start });
