import type { Json } from '../../core/ports.js';
import type { Operation } from '../../core/remote.js';
import type { HttpConfig } from './config.js';
import type { FindPlan } from './find.js';
import type { HttpItems } from './items.js';
import { operationConfig } from './operation.js';
import { planRequest, type RequestPlan } from './request.js';
import { type Fill, speaksOfFound } from './template.js';

/** Many rows in one request. */
export interface BatchPlan {
  readonly maxRows: number;
  /** Writes the whole body; the operation's own body writes a row. */
  readonly whole: RequestPlan;
  readonly row: Fill | undefined;
  readonly answer: 'all-or-nothing' | HttpItems;
}

/** An operation, prepared. */
export interface OperationPlan {
  readonly request: RequestPlan;
  /** There when the row is looked up first. */
  readonly find: FindPlan | undefined;
  readonly create: RequestPlan | undefined;
  readonly batch: BatchPlan | undefined;
}

/** Prepares an operation with everything it inherits. */
export function planOperation(settings: HttpConfig, operation: Operation): OperationPlan {
  const config = operationConfig(settings, operation);
  const { find, create, batch } = config;
  const asks = create !== undefined || speaksOfFound([config.url, config.body ?? null]);
  const request = planRequest(config);
  return {
    request,
    find:
      find && asks
        ? {
            ...planRequest({
              ...find,
              // The schema takes JSON only; an absent body is none.
              body: find.body as Json | undefined,
              encoding: config.encoding,
              success: find.success ?? config.success,
            }),
            rows: find.rows,
          }
        : undefined,
    create: create && planRequest(create),
    batch: batch && {
      maxRows: batch.maxRows,
      whole: planRequest({ ...config, body: batch.body }),
      row: request.body,
      answer: batch.answer,
    },
  };
}

/** Every address that the requests of an operation have. */
export const addressesOf = ({ request, find, create }: OperationPlan): readonly string[] =>
  [request, find, create].flatMap((plan) => (plan === undefined ? [] : [plan.url]));
