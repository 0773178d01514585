import { type Answer, jsonWith } from '../vendor-answer.js';

/** A JSON answer. */
export const json = jsonWith({ 'content-type': 'application/json;charset=utf-8' });

/** An error, as HubSpot words it. */
export const error = (category: string, message: string, more: Readonly<Record<string, unknown>> = {}) => ({
  status: 'error',
  message,
  correlationId: 'c0ffee00-0000-4000-8000-000000000000',
  category,
  ...more,
});

/** A refusal of a whole request. */
export const refusal = (
  status: number,
  category: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Answer => json(status, error(category, message, more));

/** The parsed body, or nothing when it is no JSON. */
export function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
