import type { Deployed } from './deployed.js';

/** True for an object that is no list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of names; undefined where there is nothing. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((here: unknown, name) => (isObject(here) ? here[name] : undefined), value);

/** A rule: its name, and what it has against the resources. */
export interface Rule {
  readonly name: string;
  find(resources: readonly Deployed[]): readonly string[];
}
