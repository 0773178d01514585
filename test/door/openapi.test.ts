import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { audienceBook } from '../../shared/door/audience-book.js';
import { audienceRoutes } from '../../shared/door/audiences.js';
import { handleDoor } from '../../shared/door/door.js';
import { healthRoute } from '../../shared/door/health.js';
import { OPERATIONS, SCHEMAS } from '../../shared/door/openapi-operations.js';
import { withOpenApi } from '../../shared/door/openapi-route.js';
import { schemaRoute } from '../../shared/door/schema.js';
import type { Way } from '../../shared/door/settings.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { doorWorld, RULES, request } from './door-world.js';

/** The whole door, but for what gives out tokens. */
function wholeDoor(...ways: readonly Way[]) {
  const { clock, deps } = doorWorld();
  const routes = withOpenApi(
    [
      ...deps.routes,
      ...audienceRoutes({ book: audienceBook(memoryStore(), clock), clock, log: deps.log }),
      schemaRoute(RULES),
      healthRoute({ parts: { store: async () => undefined }, clock, log: deps.log }),
    ],
    ways,
  );
  return {
    routes,
    async ask(method: string, path: string, body: unknown = '') {
      const response = await handleDoor(request({ method, path, body }), { ...deps, routes });
      return { ...response, json: JSON.parse(response.body) as unknown };
    },
  };
}

const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  components: z.looseObject({ securitySchemes: z.record(z.string(), z.unknown()) }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }),
    ),
  ),
});

const served = async (...ways: readonly Way[]) =>
  Document.parse((await wholeDoor(...ways).ask('GET', '/openapi.json')).json);

test.each<[readonly Way[]]>([[['none']], [['basic', 'bearer', 'oauth', 'provider', 'mtls']]])(
  'the document of %j is one that an independent validator takes for OpenAPI 3.1',
  async (ways) => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(await served(...ways));
    expect({ valid, errors, version: validator.version }).toEqual({
      valid: true,
      errors: undefined,
      version: '3.1',
    });
  },
);

test.each<[readonly Way[], unknown, readonly string[]]>([
  [['none'], [], []],
  [['none', 'mtls'], [{ mtls: [] }], ['mtls']],
  [
    ['basic', 'bearer'],
    [{ basic: [] }, { bearer: [] }],
    ['basic', 'bearer'],
  ],
  [['oauth', 'mtls'], [{ oauth: ['tributary'], mtls: [] }], ['mtls', 'oauth']],
  [['provider'], [{ provider: [] }], ['provider']],
])(
  'a door with %j asks for that and nothing else, and nobody for its health',
  async (ways, security, names) => {
    const document = await served(...ways);
    expect(document.paths['/v1/exports']?.['post']).toMatchObject({ security });
    expect(document.paths['/health']?.['get']).toMatchObject({ security: [] });
    const { securitySchemes } = document['components'] as { securitySchemes: object };
    expect(Object.keys(securitySchemes).sort()).toEqual(names);
  },
);

test('of our own tokens it tells where they are had, with the client’s secret or a password', async () => {
  const tokenUrl = '/oauth/token';
  expect(await served('oauth')).toMatchObject({
    components: {
      securitySchemes: {
        oauth: { type: 'oauth2', flows: { clientCredentials: { tokenUrl }, password: { tokenUrl } } },
      },
    },
  });
});

test('every operation that asks who calls says what is answered to those who may not, by a wrong method, and by too much', async () => {
  const { paths } = await served('bearer');
  for (const [path, item] of Object.entries(paths).filter(([path]) => path.startsWith('/v1/audiences')))
    for (const { responses } of Object.values(item))
      expect([path, ...Object.keys(responses)]).toEqual(expect.arrayContaining(['401', '403', '405', '413']));
});

test('every operation has an id of its own', async () => {
  const { paths } = await served();
  const ids = Object.values(paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('the document and the routes know the same operations', async () => {
  const { routes } = wholeDoor();
  const known = routes.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`));
  const tokens = ['POST /oauth/token'];
  expect([...known, ...tokens].sort()).toEqual(Object.keys(OPERATIONS).sort());
  const { paths } = await served();
  expect(Object.keys(paths)).toContain('/v1/exports');
  expect(Object.keys(paths)).toContain('/v1/exports/{source}');
});

test('a route nobody has documented stops the document', async () => {
  const { routes } = wholeDoor();
  const handle = routes[0]?.handle;
  if (!handle) throw new Error('there are no routes');
  const more = withOpenApi([{ methods: ['GET'], path: '/v2', access: 'anybody', handle }], []);
  const document = more.find(({ path }) => path === '/openapi.json');
  await expect(async () =>
    document?.handle(request(), { requestId: '', params: {}, deadline: 0, caller: '' }),
  ).rejects.toThrow('GET /v2');
});

const PROFILE = { identityMap: { crmid: [{ id: 'C-1' }] } };
const VIP = { name: 'VIP', external_id: 'a-1' };

test.each([
  ['POST', '/v1/exports', PROFILE],
  ['PUT', '/v1/exports/acme', { profiles: [PROFILE, 1] }],
  ['POST', '/v1/exports', '{'],
  ['GET', '/v1/audiences', ''],
  ['POST', '/v1/audiences', VIP],
  ['POST', '/v1/audiences', {}],
  ['PUT', '/v1/audiences/a-1', VIP],
  ['DELETE', '/v1/audiences/a-1', ''],
  ['GET', '/v1/audiences/unknown', ''],
  ['GET', '/v1/audiences/validate', ''],
  ['PUT', '/v1/audiences/a-1/notify', ''],
  ['POST', '/v1/audiences', { ...VIP, description: 'x'.repeat(70_000) }],
  ['POST', '/v1/audiences/validate', {}],
  ['PUT', '/v1/audiences/notify', VIP],
  ['GET', '/v1/schema', ''],
  ['GET', '/health', ''],
])('%s %s %j is answered as the document says', async (method, path, body) => {
  const { routes, ask } = wholeDoor();
  const { status, json } = await ask(method, path, body);
  const route = routes.find(
    (one) =>
      one.methods.includes(method) &&
      new RegExp(`^${one.path.replace('/{source*}', '(/.+)?').replace('{id}', '[^/]+')}$`).test(path),
  );
  const schema = OPERATIONS[`${method} ${route?.path}`]?.gives[status];
  if (schema === undefined)
    throw new Error(`${method} ${path} was answered with ${status}, which is not documented`);
  expect(SCHEMAS[schema].schema.safeParse(json)).toMatchObject({ success: true });
});

test('what the schemas take is what the door takes: one of each that it documents', () => {
  for (const body of [PROFILE, [PROFILE], { profiles: [PROFILE] }])
    expect(SCHEMAS.Exports.schema.safeParse(body).success).toBe(true);
  expect(SCHEMAS.Exports.schema.safeParse({ identityMap: 1 }).success).toBe(false);
  expect(SCHEMAS.AudienceBody.schema.safeParse(VIP).success).toBe(true);
});
