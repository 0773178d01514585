import * as z from 'zod';
import type { Json } from '../core/ports.js';
import { OPERATIONS, type Operation, SCHEMAS, type SchemaName } from './openapi-operations.js';
import { schemesOf, securityOf } from './openapi-security.js';
import type { Route } from './router.js';
import type { Way } from './settings.js';

type JsonObject = { [name: string]: Json };

/** Checks that only run (a status that must be known, a time that must be readable) have no place in a JSON Schema. */
function schemaJson({ schema, io }: (typeof SCHEMAS)[SchemaName]): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return z.json().parse(rest);
}

const refTo = (name: SchemaName): Json => ({ $ref: `#/components/schemas/${name}` });

const content = (name: SchemaName, form = false): Json => ({
  [form ? 'application/x-www-form-urlencoded' : 'application/json']: { schema: refTo(name) },
});

const MEANING: Readonly<Record<number, string>> = {
  200: 'Done.',
  400: 'It can never be read; do not send it again as it is.',
  401: 'Who asks is not let in.',
  403: 'Its certificate, or the scope of its token, is not one that is let in.',
  404: 'There is none.',
  405: 'The path takes other methods; Allow names them.',
  413: 'It is too large.',
  429: 'Too much at once; send it again.',
  503: 'Not now; send it again.',
};

const text = (name: string, place: 'path' | 'query'): Json => ({
  name,
  in: place,
  required: place === 'path',
  schema: { type: 'string' },
});

function operationJson(operation: Operation, params: readonly string[], security: Json, id: string): Json {
  const { about, takes, form, query = [], gives } = operation;
  const responses: JsonObject = {};
  for (const [status, name] of Object.entries(gives))
    responses[status] = { description: MEANING[Number(status)] ?? '', content: content(name) };
  if (Object.keys(gives).length === 0) responses['200'] = { description: 'The OpenAPI document.' };
  const inQuery = query.filter((name) => !params.includes(name));
  return {
    operationId: id,
    summary: about,
    parameters: [...params.map((name) => text(name, 'path')), ...inQuery.map((name) => text(name, 'query'))],
    ...(takes && { requestBody: { required: takes !== 'AudienceBody', content: content(takes, form) } }),
    responses,
    security,
  };
}

/** A path with an optional last segment is two paths in the document. */
function pathsOf(path: string): readonly string[] {
  const whole = path.replace('*}', '}');
  return path === whole ? [path] : [whole, path.replace(/\/\{\w+\*\}$/, '')];
}

/**
 * The OpenAPI 3.1 document of some routes, and of the ways of authenticating that the door knows. Throws for a route it does
 * not know: the document must tell them all.
 */
export function openApi(routes: readonly Route[], ways: readonly Way[]): JsonObject {
  const security = securityOf(ways);
  const paths: { [path: string]: JsonObject } = {};
  for (const route of routes)
    for (const method of route.methods) {
      const operation = OPERATIONS[`${method} ${route.path}`];
      if (!operation) throw new Error(`the OpenAPI document knows no operation ${method} ${route.path}`);
      for (const [i, path] of pathsOf(route.path).entries()) {
        const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
        const id = i === 0 ? operation.id : `${operation.id}WithoutSource`;
        const item = paths[path] ?? {};
        item[method.toLowerCase()] = operationJson(
          operation,
          params,
          route.access === 'anybody' ? [] : security,
          id,
        );
        paths[path] = item;
      }
    }
  const schemas: JsonObject = {};
  for (const [name, one] of Object.entries(SCHEMAS)) schemas[name] = schemaJson(one);
  return {
    openapi: '3.1.0',
    info: {
      title: 'tributary: the HTTP door',
      version: '1',
      summary: 'Where Adobe Experience Platform sends audience exports and audience metadata.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas,
      securitySchemes: schemesOf(ways),
    },
  };
}
