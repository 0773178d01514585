import type { Deployment } from './deployment.js';

const login = ({ login: kind, url }: Deployment): string =>
  kind === 'oauth2'
    ? `choose **OAuth 2 Client Credentials**; the **Access Token URL** is ${url}/oauth/token`
    : 'choose **Bearer token** and type in the token of this deployment';

const httpApi = (deployment: Deployment): string => `## HTTP API destination

Real-Time CDP Ultimate. The values are in \`http-api/fields.json\`.

- [ ] **Destinations > Catalog > Streaming > HTTP API > Set up**: ${login(deployment)}.
- [ ] **Connect to destination** succeeds. It asks for a token at most: that exports arrive shows only later.
- [ ] **HTTP Endpoint** is ${deployment.url}/v1/exports/ and a name for this sandbox.
- [ ] **Include Segment Names** and **Include Segment Timestamps** are on: a name marks the audiences you mapped.
- [ ] **Select audiences**, then in the **Mapping** step the attributes below. Identities go out without being mapped.
`;

const sdk = ({ url, login: kind }: Deployment): string => `## Destination SDK (private destination)

The bodies are in \`destination-sdk/\`; each call answers with an \`instanceId\` that the next files name in angle brackets.

- [ ] \`POST /authoring/destination-servers\` with \`1-server.json\`, then with \`2-schema-server.json\`.
- [ ] \`POST /authoring/audience-templates\` with \`3-audience-template.json\`.
- [ ] \`POST /authoring/destinations\` with \`4-destination.json\`, its three ids filled in.
- [ ] \`POST /authoring/testing/template/render\` with \`5-render-test.json\`: the \`output\` must be JSON with both profiles in
      it, quotes and line breaks included. This is the one thing that cannot be tried without Adobe.
- [ ] **Catalog > tributary > Set up**: ${kind === 'oauth2' ? 'the **Client ID** and **Client Secret** of this deployment' : 'the **Bearer token** of this deployment'}, and a **Source**.
- [ ] The **Mapping** step offers the target fields below; if it offers none, look whether ${url}/v1/schema was asked for.
- [ ] \`POST /authoring/testing/destinationInstance/{id}\` shows our answer to a call: \`200\`.
- [ ] An audience that is activated appears in \`tributary audiences\`.
`;

const files = `## Files (Destination SDK, batch)

The bodies are in \`files/\`, for Amazon S3 and for Azure Blob.

- [ ] \`POST /authoring/destination-servers\` with \`1-server-*.json\`, then \`POST /authoring/destinations\` with \`2-destination-*.json\`.
- [ ] **Scheduling** step: **Export incremental files**. In the **Mapping** step, map the status field where it is offered:
      without it exits are never exported.
`;

const kinesis = ({ kinesis: stream }: Deployment): string =>
  stream === undefined
    ? ''
    : `## Amazon Kinesis

Real-Time CDP Ultimate. The values are in \`kinesis/fields.json\`.

- [ ] A user of its own with \`kinesis/policy.json\` and nothing else; its access key is typed into the **Authentication** step.
- [ ] The key that encrypts the stream, if it is yours, lets that user use it: its policy leaves that to the account, or names the user.
- [ ] **region** is ${stream.region}, **stream** is ${stream.name}.
- [ ] **Include Segment Names** and **Include Segment Timestamps** are on, where they are offered.
`;

const eventHubs = ({ eventHub: hub }: Deployment): string =>
  hub === undefined
    ? ''
    : `## Azure Event Hubs

Real-Time CDP Ultimate. The values are in \`event-hubs/fields.json\`.

- [ ] \`event-hubs/rights.sh\` makes the key for Adobe and the roles for tributary.
- [ ] **SAS Key Name**, **SAS Key** and **Namespace** (${hub.namespace}) in the account step; **eventHubName** is ${hub.name}.
- [ ] **Include Segment Names** and **Include Segment Timestamps** are on, where they are offered.
`;

const list = (items: readonly string[]): string =>
  items.length === 0 ? 'none' : items.map((item) => `\`${item}\``).join(', ');

const mapping = ({ fields }: Deployment): string => `## What to map

The rules read these and nothing else. What is not mapped, or not on a profile, leaves the target as it is.

- Attributes: ${list(fields.attributes)}
- Identities: ${list(fields.identities)}
`;

/** What to do in Adobe's screens and with its interfaces, in its own words, with boxes to tick. */
export const checklist = (deployment: Deployment): string =>
  [
    `# Setting Adobe up for ${deployment.url}\n`,
    mapping(deployment),
    httpApi(deployment),
    sdk(deployment),
    kinesis(deployment),
    eventHubs(deployment),
    files,
  ]
    .filter((part) => part !== '')
    .join('\n');
