import { audienceTemplate } from './audience-template.js';
import { type AdobeFile, type Deployment, idOf, jsonFile } from './deployment.js';
import { HARD_PROFILE, MESSAGE_TEMPLATE, SCHEMA_TEMPLATE } from './template.js';

const PATHS = {
  server: 'destination-sdk/1-server.json',
  schema: 'destination-sdk/2-schema-server.json',
  audiences: 'destination-sdk/3-audience-template.json',
  destination: 'destination-sdk/4-destination.json',
  render: 'destination-sdk/5-render-test.json',
} as const;

const constant = (value: string) => ({ templatingStrategy: 'NONE', value });
const pebble = (value: string) => ({ templatingStrategy: 'PEBBLE_V1', value });

const server = ({ url }: Deployment) => ({
  name: 'tributary server',
  destinationServerType: 'URL_BASED',
  urlBasedDestination: { url: pebble(`${url}/v1/exports/{{customerData.source}}`) },
  httpTemplate: {
    httpMethod: 'POST',
    contentType: 'application/json',
    requestBody: pebble(MESSAGE_TEMPLATE),
  },
});

const schemaServer = ({ url }: Deployment) => ({
  name: 'tributary target fields',
  destinationServerType: 'URL_BASED',
  urlBasedDestination: { url: constant(`${url}/v1/schema`) },
  httpTemplate: { httpMethod: 'GET' },
  responseFields: [{ ...pebble(SCHEMA_TEMPLATE), name: 'schema' }],
});

const TEXT_FIELD = { type: 'string', isRequired: true, source: 'CUSTOMER' };

/** Token requests are written out, so that each customer types credentials of their own. */
const oauth2 = (url: string) => ({
  authType: 'OAUTH2',
  grant: 'OAUTH2_CLIENT_CREDENTIALS',
  authenticationDataFields: [
    { name: 'clientId', title: 'Client ID', ...TEXT_FIELD },
    { name: 'clientSecret', title: 'Client Secret', ...TEXT_FIELD, format: 'password' },
  ],
  accessTokenRequest: {
    destinationServerType: 'URL_BASED',
    urlBasedDestination: { url: constant(`${url}/oauth/token`) },
    httpTemplate: {
      httpMethod: 'POST',
      contentType: 'application/x-www-form-urlencoded',
      requestBody: pebble(
        "{{ formUrlEncode('grant_type', 'client_credentials', 'client_id', authData.clientId, 'client_secret', authData.clientSecret) | raw }}",
      ),
    },
    responseFields: [
      { ...pebble('{{ response.body.access_token }}'), name: 'accessToken' },
      { ...pebble('{{ response.body.expires_in }}'), name: 'expiresIn' },
    ],
    validations: [
      {
        name: 'response status',
        actualValue: pebble('{{ response.status }}'),
        expectedValue: pebble('200'),
      },
    ],
  },
});

/** Namespaces of the rules that Adobe has a standard one for: those can be mapped without a custom namespace. */
const GLOBAL: Readonly<Record<string, string>> = {
  email: 'Email',
  phone: 'Phone',
  ecid: 'ECID',
  gaid: 'GAID',
  idfa: 'IDFA',
};

/** At least one is compulsory, so a file that knows persons by attributes alone gets one nobody has to map. */
function identityNamespaces({ fields }: Deployment) {
  const names = fields.identities.length > 0 ? fields.identities : ['external_id'];
  const entries = names.map((name) => {
    const known = Object.hasOwn(GLOBAL, name) ? GLOBAL[name] : undefined;
    const own = { acceptsAttributes: true, acceptsCustomNamespaces: true };
    return [name, known === undefined ? own : { ...own, acceptedGlobalNamespaces: { [known]: {} } }];
  });
  return Object.fromEntries(entries);
}

const SOURCE_FIELD = {
  name: 'source',
  title: 'Source',
  description: 'Tells this sandbox or brand from others at the receiver: small letters, digits and hyphens.',
  type: 'string',
  isRequired: true,
  pattern: '^[a-z0-9-]{1,40}$',
};

const destination = (deployment: Deployment) => ({
  name: 'tributary',
  description: 'Sends audience changes to the systems that tributary keeps up to date.',
  status: 'TEST',
  customerAuthenticationConfigurations: [
    deployment.login === 'oauth2' ? oauth2(deployment.url) : { authType: 'BEARER' },
  ],
  customerDataFields: [SOURCE_FIELD],
  uiAttributes: {
    documentationLink: `${deployment.url}/openapi.json`,
    category: 'crm',
    connectionType: 'Server-to-server',
    frequency: 'Streaming',
  },
  identityNamespaces: identityNamespaces(deployment),
  schemaConfig: {
    dynamicSchemaConfig: {
      dynamicEnum: {
        authenticationRule: 'CUSTOMER_AUTHENTICATION',
        destinationServerId: idOf(PATHS.schema),
        value: 'tributary',
        responseFormat: 'SCHEMA',
      },
    },
    profileRequired: true,
    segmentRequired: true,
    identityRequired: true,
  },
  audienceMetadataConfig: {
    mapExperiencePlatformSegmentName: false,
    mapExperiencePlatformSegmentId: false,
    mapUserInput: false,
    audienceTemplateId: idOf(PATHS.audiences),
  },
  aggregation: {
    aggregationType: 'BEST_EFFORT',
    bestEffortAggregation: { maxUsersPerRequest: 50, splitUserById: false },
  },
  destinationDelivery: [
    { authenticationRule: 'CUSTOMER_AUTHENTICATION', destinationServerId: idOf(PATHS.server) },
  ],
});

/** The bodies of the authoring calls, in the order of the calls; each next one needs ids that the last ones gave. */
export const destinationSdkFiles = (deployment: Deployment): readonly AdobeFile[] => [
  jsonFile(PATHS.server, server(deployment)),
  jsonFile(PATHS.schema, schemaServer(deployment)),
  jsonFile(PATHS.audiences, audienceTemplate(deployment)),
  jsonFile(PATHS.destination, destination(deployment)),
  jsonFile(PATHS.render, {
    destinationId: idOf(PATHS.destination),
    template: MESSAGE_TEMPLATE,
    profiles: [HARD_PROFILE, HARD_PROFILE],
  }),
];
