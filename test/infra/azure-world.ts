import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Deployment, deploy } from '../../infra/azure/judge/deployed.js';
import { MAIN } from '../../infra/azure/template.js';
import type { ArmTypes } from '../../infra/azure/types/shapes.js';

const here = (path: string) => new URL(`../../infra/azure/${path}`, import.meta.url);

/** A file of infra/azure, parsed. */
export const infraJson = (path: string): unknown => JSON.parse(readFileSync(here(path), 'utf8'));

// Written by our own extraction, whose result a test compares with this file.
export const armTypes = infraJson('types/arm-types.json') as ArmTypes;

const Parameters = z.object({ parameters: z.record(z.string(), z.object({ value: z.unknown() })) });

/** What a file of parameters gives. */
export const parametersIn = (path: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(Parameters.parse(infraJson(path)).parameters).map(([name, { value }]) => [name, value]),
  );

/** The template as Azure gets it: a copy that a test may spoil. */
export const emitted = (): unknown => JSON.parse(JSON.stringify(MAIN));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sets what is at a path of names and numbers; undefined takes it away. */
export function spoil(template: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(template))
    return template.map((each: unknown, i) => (i === first ? spoil(each, rest, value) : each));
  const object = isObject(template) ? template : {};
  return { ...object, [first]: spoil(object[first], rest, value) };
}

/** Which of a template's resources is the first of that type whose text has `text`. */
export function placeOf(template: unknown, type: string, text = ''): readonly (string | number)[] {
  const resources = isObject(template) && Array.isArray(template['resources']) ? template['resources'] : [];
  const index = resources.findIndex(
    (each: unknown) => isObject(each) && each['type'] === type && JSON.stringify(each).includes(text),
  );
  if (index < 0) throw new Error(`the template has no ${type} with ${text}`);
  return ['resources', index];
}

/** The main template worked out with these parameters. */
export const main = (given: Readonly<Record<string, unknown>> = {}, template = emitted()): Deployment =>
  deploy(template, { stage: 'dev', ...given });
