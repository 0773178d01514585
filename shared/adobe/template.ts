/**
 * What Adobe is to send for some profiles, in its template language (Pebble). Each profile goes out as Adobe holds it:
 * every namespace, status and time is kept, and the JSON is written by Adobe's own serialiser, so no value of a customer
 * can break it. Printing values one by one, as Adobe's examples do, does neither.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/destination-sdk/testing-api/streaming-destinations/create-template.html
 */
export const MESSAGE_TEMPLATE =
  '{"profiles":[{% for profile in input.profiles %}{{ profile | raw }}{% if not loop.last %},{% endif %}{% endfor %}]}';

/** The schema is taken as the text it is: printing an object would rest on how the engine prints objects. */
export const SCHEMA_TEMPLATE = '{{ response.body.schema | raw }}';

/** A profile with everything that breaks a template that escapes nothing, for Adobe's own renderer to be tried with. */
export const HARD_PROFILE = {
  segmentMembership: {
    ups: {
      '11111111-1111-1111-1111-111111111111': {
        lastQualificationTime: '2026-11-21T08:00:00.000+0000',
        status: 'realized',
      },
      '22222222-2222-2222-2222-222222222222': {
        lastQualificationTime: '2026-11-20T08:00:00.000+0000',
        status: 'exited',
      },
    },
    CustomerAudienceUpload: {
      'vip-2026': { lastQualificationTime: '2026-11-19T08:00:00.000+0000', status: 'realized' },
    },
  },
  identityMap: { email: [{ id: 'ada@example.com' }], crmid: [{ id: 'C-1' }] },
  attributes: {
    quoted: { value: 'Ada "Countess" O\'Example \\ & <Sons>' },
    lines: { value: 'one\ntwo\r\n\tthree' },
    absent: {},
  },
} as const;
