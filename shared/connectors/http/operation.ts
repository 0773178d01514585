import type { Json } from '../../core/ports.js';
import type { Operation } from '../../core/remote.js';
import type { HttpBatch, HttpFind, HttpSettings } from './settings.js';
import type { HttpSuccess } from './success.js';

/** What an operation is sent as, before its templates are prepared. */
export interface HttpRequestConfig {
  readonly url: string;
  readonly method: HttpSettings['method'] | 'GET';
  readonly body: Json | undefined;
  readonly encoding: HttpSettings['encoding'];
  readonly success: HttpSuccess | undefined;
}

/** An operation with everything it inherits from its connection. */
export interface HttpOperationConfig extends HttpRequestConfig {
  readonly find: HttpFind | undefined;
  readonly create: HttpRequestConfig | undefined;
  readonly batch: HttpBatch | undefined;
}

const unlessFalse = <T>(own: T | false | undefined, inherited: T | undefined): T | undefined =>
  own === false ? undefined : (own ?? inherited);

/** What an operation comes to; without one: what those come to that are not named. */
export function operationConfig(config: HttpSettings, operation?: Operation): HttpOperationConfig {
  const own = (operation && config.operations[operation]) || {};
  const request: HttpRequestConfig = {
    url: own.url ?? config.url,
    method: own.method ?? config.method,
    body: unlessFalse<Json>(own.body, config.body),
    encoding: own.encoding ?? config.encoding,
    success: own.success ?? config.success,
  };
  const { create } = own;
  return {
    ...request,
    find: unlessFalse(own.find, config.find),
    batch: unlessFalse(own.batch, config.batch),
    create: create && {
      url: create.url ?? request.url,
      method: create.method ?? request.method,
      body: unlessFalse<Json>(create.body, request.body),
      encoding: request.encoding,
      success: create.success ?? request.success,
    },
  };
}
