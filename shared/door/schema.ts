import * as z from 'zod';
import type { CompiledRules } from '../core/compiled.js';
import { answer } from './request.js';
import type { Route } from './router.js';
import { schemaOf, targetFields } from './target-fields.js';

/** What Adobe's mapping screen is told of the fields that the rules read. */
export const SchemaAnswer = z.object({
  /** JSON Schema of the attributes, as a text: our schema server hands it on as it is. */
  schema: z.string(),
  /** The same as paths, and the namespaces of the identities, for people and other programs. */
  attributes: z.array(z.string()),
  identities: z.array(z.string()),
});

/** `GET /v1/schema`: target fields from what the rules of this deployment read. */
export function schemaRoute(rules: CompiledRules): Route {
  const fields = targetFields(rules);
  const body = {
    schema: JSON.stringify(schemaOf(fields)),
    attributes: [...fields.attributes],
    identities: [...fields.identities],
  };
  return {
    methods: ['GET'],
    path: '/v1/schema',
    access: 'authenticated',
    handle: async () => answer(200, body),
  };
}
