import type { Deployment } from './deployment.js';

/** One call about an audience: who asks, what for, and what is read from the answer. */
const call = (login: Deployment['login'], httpMethod: string, url: string, body?: object) => {
  const token = login === 'oauth2' ? '{{oauth2ServiceAccessToken}}' : '{{authData.token}}';
  return {
    url,
    httpMethod,
    headers: [
      { header: 'Content-Type', value: 'application/json' },
      { header: 'Authorization', value: `Bearer ${token}` },
    ],
    ...(body && {
      requestBody: { json: body },
      responseFields: [{ name: 'externalAudienceId', value: '{{response.id}}' }],
    }),
    responseErrorFields: [{ name: 'message', value: '{{message}}' }],
  };
};

const AUDIENCE = {
  name: '{{segment.name}}',
  description: '{{segment.description}}',
  external_id: '{{segment.id}}',
  metadata: {
    org_id: '{{destination.imsOrgId}}',
    sandbox: '{{destination.sandboxName}}',
    destination_id: '{{destination.id}}',
    destination_name: '{{destination.name}}',
  },
};

/**
 * How Adobe tells us of an audience that somebody activates, renames or takes away; `validate` when the destination is
 * connected, `notify` after an export of files.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/destination-sdk/metadata-api/create-audience-template.html
 */
export const audienceTemplate = ({ url, login }: Deployment) => {
  const at = (path: string): string => `${url}/v1/audiences${path}?source={{customerData.source}}`;
  const own = at('/{{segment.alias}}');
  return {
    metadataTemplate: {
      name: 'tributary audiences',
      create: call(login, 'POST', at(''), AUDIENCE),
      update: call(login, 'PUT', own, AUDIENCE),
      delete: call(login, 'DELETE', own),
      validate: {
        ...call(login, 'GET', at('/validate')),
        responseFields: [{ name: 'Id', value: '{{response.id}}' }],
      },
      notify: call(login, 'PUT', at('/{{segment.alias}}/notify'), AUDIENCE),
    },
  };
};
