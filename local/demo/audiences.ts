import { seededRandom } from './seeded-random.js';

/** An audience as AEP knows it. */
export interface Audience {
  /** Name in tributary.yaml, or for an audience that is not declared the name people gave it in AEP. */
  readonly name: string;
  readonly namespace: string;
  readonly id: string;
}

/** The audiences that local/demo/tributary.yaml declares, in the order of that file. */
export const DECLARED_AUDIENCES: readonly Audience[] = [
  { name: 'high-propensity', namespace: 'ups', id: '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae' },
  { name: 'vip', namespace: 'CustomerAudienceUpload', id: 'vip-2026' },
  { name: 'cart-abandoner', namespace: 'ups', id: 'c0a7e913-52d8-4b6f-8e21-7d94f1b3a605' },
  { name: 'newsletter', namespace: 'ups', id: '3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a' },
  { name: 'lapsed', namespace: 'ups', id: '9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58' },
];

/** Same id, other namespace: not the declared audience, because an audience is its namespace and its id together. */
const LOOK_ALIKES: readonly Audience[] = [
  { name: 'Very important, counted by AEP', namespace: 'ups', id: 'vip-2026' },
  {
    name: 'Propensity, scored elsewhere',
    namespace: 'externalaudiences',
    id: '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
  },
];

const HEX = [...'0123456789abcdef'];
const ACTIONS = [
  'Opened a mail',
  'Visited the shop',
  'Looked at shoes',
  'Called the service desk',
  'Returned goods',
];
const SPANS = ['in 7 days', 'in 30 days', 'this season', 'twice in a year', 'never', 'near a store'];

/** The other audiences of the same merge policy that ride along in exports, mapped or not. */
function others(): Audience[] {
  const random = seededRandom(2026);
  const hex = (length: number): string => Array.from({ length }, () => random.pick(HEX)).join('');
  return ACTIONS.flatMap((action) =>
    SPANS.map((span) => ({
      name: `${action} ${span}`,
      namespace: random.chance(0.85) ? 'ups' : 'CustomerAudienceUpload',
      id: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    })),
  );
}

/** Audiences that no rule of the demo names: read, checked and ignored. */
export const OTHER_AUDIENCES: readonly Audience[] = [...LOOK_ALIKES, ...others()];
