import { assembleDoor } from '../shared/assemble-door.js';
import { lateDoor } from '../shared/door/late-door.js';
import { jsonLog } from '../shared/log.js';
import { once } from '../shared/once.js';

const log = jsonLog('error', (line) => process.stdout.write(line), Date.now);

/** The HTTP door of this deployment. API Gateway checks certificates against the trust store of the domain. */
export const door = lateDoor(
  once(() => assembleDoor(process.env, { checksCertificates: true })),
  log,
);
