/**
 * Adobe's documented example exports, remade: the namespaces, the order of members and the oddities (ids that are no UUIDs,
 * hashes of 34 digits, a birth date that is none) are as documented, the people and values are ours.
 */

const identities = (first: string, second: string): string => `{
    "ecid": [{ "id": "${first}1746209385514470932618845" }, { "id": "${second}9031847726650192837465501" }],
    "email_lc_sha256": [{ "id": "${first.slice(0, 2)}1f9c0e7d52a8e36b90d4f7c1a2583e6f" }, { "id": "${second.slice(0, 2)}e07b3d9a6c48f15e20b7d6938fa41c5d" }]
  }`;

/** HTTP API as it is documented today: four audiences, one of them left, and no key but the mapped address. */
export const HTTP_API_CURRENT = `{
  "person": { "birthDate": "YYYY-MM-DD", "name": { "firstName": "Jane", "lastName": "Roe" } },
  "personalEmail": { "address": "jane.roe@example.com" },
  "segmentMembership": {
   "ups":{
      "9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58":{ "lastQualificationTime":"2026-01-14T20:11:52Z", "status":"exited" },
      "59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae":{ "lastQualificationTime":"2026-01-03T22:45:07Z", "status":"realized" },
      "c0a7e913-52d8-4b6f-8e21-7d94f1b3a605":{ "lastQualificationTime":"2025-08-27T22:45:07Z", "status":"realized" },
      "3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a":{ "lastQualificationTime":"2026-01-14T22:45:07Z", "status":"realized" }
   }
},
  "identityMap": ${identities('3058271946027', '7719402836154')}
}`;

/** HTTP API in its beta: two audiences, and \`existing\` for someone who stays. */
export const HTTP_API_BETA = `{
  "person": { "birthDate": "YYYY-MM-DD", "name": { "firstName": "Sam", "lastName": "Poe" } },
  "personalEmail": { "address": "sam.poe@example.com" },
  "segmentMembership": {
    "ups": {
      "9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58": { "lastQualificationTime": "2020-06-18T20:11:52Z", "status": "exited" },
      "59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae": { "lastQualificationTime": "2020-06-18T22:45:07Z", "status": "existing" }
    }
  },
  "identityMap": ${identities('4180395572816', '6602917384455')}
}`;

/** Kinesis as its page shows it: the shape of HTTP API, with the older status for those who stay. */
export const KINESIS_CURRENT = `{
  "person": { "birthDate": "YYYY-MM-DD", "name": { "firstName": "Kim", "lastName": "Loe" } },
  "personalEmail": { "address": "kim.loe@example.com" },
  "segmentMembership": {
   "ups":{
      "9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58":{ "lastQualificationTime":"2026-01-14T20:11:52Z", "status":"exited" },
      "59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae":{ "lastQualificationTime":"2026-01-03T22:45:07Z", "status":"existing" },
      "c0a7e913-52d8-4b6f-8e21-7d94f1b3a605":{ "lastQualificationTime":"2025-08-27T22:45:07Z", "status":"existing" },
      "3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a":{ "lastQualificationTime":"2026-01-14T22:45:07Z", "status":"realized" }
   }
},
  "identityMap": ${identities('5093617284401', '8847261930572')}
}`;

/** Kinesis and Event Hubs in their beta: the address stands under \`person.email\`. */
export const STREAMS_BETA = `{
  "person": { "email": "max.moe@example.com" },
  "segmentMembership": {
    "ups": {
      "9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58": { "lastQualificationTime": "2020-06-18T20:11:52Z", "status": "exited" },
      "59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae": { "lastQualificationTime": "2020-06-18T22:45:07Z", "status": "existing" }
    }
  },
  "identityMap": ${identities('6174820395518', '9920374615583')}
}`;

const TIMES = `"createdAt": 1751630400000, "updatedAt": 1751630405000,
        "mappingCreatedAt": 1752926400000, "mappingUpdatedAt": 1752926400000`;

/** "Include Segment Timestamps", the part of an export that its page shows. */
export const WITH_TIMESTAMPS = `{
  "segmentMembership": {
    "ups": {
      "3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a": {
        "lastQualificationTime": "2025-07-21T03:14:05+0000", "status": "realized",
        ${TIMES}
      }
    }
  }
}`;

/** The same as two pages print it, with a comma too many. */
export const WITH_TRAILING_COMMA = WITH_TIMESTAMPS.replace(/(1752926400000)(\s+\})/, '$1,$2');

/** "Include Segment Names": an audience that is mapped has a name, one that only rides along has none. */
export const WITH_NAMES = `{
  "segmentMembership": {
    "ups": {
      "3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a": {
        "lastQualificationTime": "2025-07-21T03:14:05+0000", "status": "realized",
        ${TIMES},
        "name": "Reads the newsletter"
      },
      "b7d1640c-25e9-4a83-9c0f-61e8d2a4f935": {
        "lastQualificationTime": "2025-09-02T03:14:05+0000", "status": "realized"
      }
    }
  }
}`;

/** "Include Segment Names" on the Kinesis page, with the older status. */
export const WITH_NAMES_EXISTING = `{
  "segmentMembership": {
    "ups": {
      "3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a": {
        "lastQualificationTime": "2025-07-21T03:14:05+0000", "status": "existing",
        ${TIMES},
        "name": "Reads the newsletter"
      }
    }
  }
}`;

/** The part of an export above, made whole: with the identity that a real one carries. */
export const WITH_NAMES_AND_KEY = WITH_NAMES.replace(/\}\s*$/, '')
  .trimEnd()
  .concat(`,
  "identityMap": { "crmid": [{ "id": "C-900001" }] }
}`);

const only = (namespace: string, id: string, status: string, rest: string): string =>
  `{"segmentMembership":{"${namespace}":{"${id}":{"lastQualificationTime":"2026-01-20T08:30:00Z","status":"${status}"}}},${rest}}`;

/** A message seen on an event hub: no attributes at all, one visitor id, every optional field of a membership. */
export const VISITOR = `{
  "identityMap": { "ecid": [{ "id": "27364519082736451908273645190827364519" }] },
  "segmentMembership": {
    "ups": {
      "59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae": {
        "lastQualificationTime": "2026-01-20T08:30:00Z", "status": "realized",
        ${TIMES},
        "name": "Likely to buy"
      }
    }
  }
}`;

/** A known person on an event hub: four namespaces together, the plain address among them. */
export const KNOWN_BY_ADDRESS = only(
  'ups',
  '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
  'realized',
  '"identityMap":{"phone":[{"id":"+15550100"}],"ecid":[{"id":"38475610293847561029384756102938475610"}],' +
    '"email_lc_sha256":[{"id":"0c1f9c0e7d52a8e36b90d4f7c1a2583e6f"}],"email":[{"id":"lee.noe@example.com"}]}',
);

/** An exit: one ordinary record that says \`exited\`. */
export const EXIT = only(
  'ups',
  '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
  'exited',
  '"identityMap":{"CRMID":[{"id":"C-900002"}]}',
);

/** An uploaded audience: another namespace, and the id that its owner gave it. */
export const UPLOADED = only(
  'CustomerAudienceUpload',
  'vip-2026',
  'realized',
  '"personalEmail":{"address":"Pat.Coe@Example.com"},"identityMap":{"crmid":[{"id":"C-900003"}]}',
);

/** The status that page texts name and the wire never carries. */
export const EXITING = only(
  'ups',
  '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
  'exiting',
  '"identityMap":{"crmid":[{"id":"C-900004"}]}',
);
