import type { DoorRequest, DoorResponse } from '../shared/door/request.js';
import { type FrontRequest, type HttpFront, startHttpFront } from './http-front.js';

/** As Azure Functions takes by default, and more than Lambda does. */
const MOST_BYTES = 100 * 1024 * 1024;

const toDoorRequest = ({ method, target, headers, body, remote }: FrontRequest): DoorRequest => {
  const mark = target.indexOf('?');
  const [path, query] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
  return { method, path, query: new URLSearchParams(query), headers, body, remote };
};

/** Serves a door over HTTP on this machine, without a cloud's adapter in between. */
export const startDoorServer = (
  door: (request: DoorRequest) => Promise<DoorResponse>,
  port = 0,
): Promise<HttpFront> =>
  startHttpFront({ port, maxBytes: MOST_BYTES, handle: (request) => door(toDoorRequest(request)) });
