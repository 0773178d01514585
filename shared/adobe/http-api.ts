import { type AdobeFile, type Deployment, jsonFile } from './deployment.js';

/**
 * What to type into the fields of the HTTP API destination, under the names they have there.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/catalog/streaming/http-destination.html
 */
const fields = ({ url, login }: Deployment) => ({
  authentication:
    login === 'oauth2'
      ? {
          'Account type': 'OAuth 2 Client Credentials',
          'Access Token URL': `${url}/oauth/token`,
          'Client ID': '<a client id of this deployment>',
          'Client Secret': '<its secret>',
          'Client Credentials Type': 'Body Form Encoded',
        }
      : { 'Account type': 'Bearer token', 'Bearer token': '<the token of this deployment>' },
  details: {
    Name: 'tributary',
    Description: 'Audience changes for the systems that tributary keeps up to date',
    Headers: 'x-sent-by:aep',
    'HTTP Endpoint': `${url}/v1/exports/<source, for instance prod>`,
    'Query Parameters': '',
    'Include Segment Names': true,
    'Include Segment Timestamps': true,
  },
});

/** The values for the HTTP API destination. */
export const httpApiFiles = (deployment: Deployment): readonly AdobeFile[] => [
  jsonFile('http-api/fields.json', fields(deployment)),
];
