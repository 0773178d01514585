import type { EndingName } from '../../shared/core/ports.js';
import * as bodies from './documented-bodies.js';

/** One of Adobe's documented examples, and what tributary makes of it. */
export interface DocumentedEvent {
  readonly title: string;
  /** The page of Adobe's documentation that shows this shape. */
  readonly page: string;
  readonly body: string;
  /** How the record ends under local/demo/tributary.yaml when nobody has heard of the person before. */
  readonly ending: EndingName;
  readonly why: string;
}

const HTTP = 'http-destination.md';
const KINESIS = 'amazon-kinesis.md';
const EVENT_HUBS = 'azure-event-hubs.md';

/** Every documented shape of a streaming export, one person each. */
export const DOCUMENTED_EVENTS: readonly DocumentedEvent[] = [
  {
    title: 'HTTP API, current shape',
    page: HTTP,
    body: bodies.HTTP_API_CURRENT,
    ending: 'delivered',
    why: 'No CRM id and no e-mail identity, so the mapped address is the key. The person is in high-propensity: a hot Contact with three audiences. The exit from lapsed gives no tier.',
  },
  {
    title: 'HTTP API, beta shape',
    page: HTTP,
    body: bodies.HTTP_API_BETA,
    ending: 'delivered',
    why: 'The older status "existing" means a member who stays: a hot Contact, as with "realized".',
  },
  {
    title: 'Kinesis, current shape',
    page: KINESIS,
    body: bodies.KINESIS_CURRENT,
    ending: 'delivered',
    why: 'The same shape as HTTP API; "existing" and "realized" stand side by side and both mean member.',
  },
  {
    title: 'Kinesis and Event Hubs, beta shape',
    page: `${KINESIS}, ${EVENT_HUBS}`,
    body: bodies.STREAMS_BETA,
    ending: 'unaddressed',
    why: 'The address stands under person.email, which person.key does not name; visitor ids and hashes are no keys either.',
  },
  {
    title: 'Option "Include Segment Timestamps"',
    page: HTTP,
    body: bodies.WITH_TIMESTAMPS,
    ending: 'unaddressed',
    why: 'Adobe shows only the memberships of an export. It can be read, times without a colon in the offset included, but says of nobody whose they are.',
  },
  {
    title: 'Option "Include Segment Timestamps", printed with a trailing comma',
    page: `${KINESIS}, ${EVENT_HUBS}`,
    body: bodies.WITH_TRAILING_COMMA,
    ending: 'malformed',
    why: 'A slip of the page, not the wire format: this is not JSON, and nothing is guessed.',
  },
  {
    title: 'Option "Include Segment Names"',
    page: HTTP,
    body: bodies.WITH_NAMES,
    ending: 'unaddressed',
    why: 'Again only the memberships. The audience without a name is one that the customer did not map.',
  },
  {
    title: 'Option "Include Segment Names", with the older status',
    page: KINESIS,
    body: bodies.WITH_NAMES_EXISTING,
    ending: 'unaddressed',
    why: 'Only the memberships, as above; "existing" is read as member.',
  },
  {
    title: 'Option "Include Segment Names", a whole export',
    page: HTTP,
    body: bodies.WITH_NAMES_AND_KEY,
    ending: 'irrelevant',
    why: 'Now the person is known, but no rule asks for the newsletter alone and the other audience is not declared.',
  },
  {
    title: 'An exit',
    page: HTTP,
    body: bodies.EXIT,
    ending: 'delivered',
    why: 'An exit is one ordinary record with the status "exited". Even for a person never seen before the Contact says that this is no hot prospect. The namespace is CRMID: case does not matter.',
  },
  {
    title: 'An uploaded audience',
    page: HTTP,
    body: bodies.UPLOADED,
    ending: 'delivered',
    why: 'vip lives in the namespace CustomerAudienceUpload. The Contact gets the tier VIP, and because the person has just entered, Audience_Entry__c a row.',
  },
  {
    title: 'Event Hubs, an anonymous visitor',
    page: EVENT_HUBS,
    body: bodies.VISITOR,
    ending: 'unaddressed',
    why: 'No attributes and only an ECID: nobody that a CRM could know.',
  },
  {
    title: 'Event Hubs, a known person without attributes',
    page: EVENT_HUBS,
    body: bodies.KNOWN_BY_ADDRESS,
    ending: 'delivered',
    why: 'The e-mail identity is the key. No last name is known, so the Contact is called Unknown until one is.',
  },
  {
    title: 'The status "exiting"',
    page: HTTP,
    body: bodies.EXITING,
    ending: 'malformed',
    why: 'Page texts say "exiting"; the wire says "exited". An unknown status is never guessed.',
  },
];
