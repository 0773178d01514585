import { type Answer, jsonWith } from '../vendor-answer.js';

/** A JSON answer. */
export const json = jsonWith({ 'content-type': 'application/json;charset=UTF-8' });

/** A refusal of a whole request: a list with one error, whose code is called `errorCode` (rows say `statusCode`). */
export const refusal = (
  status: number,
  errorCode: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => json(status, [{ message, errorCode }], headers);
