import type { Message } from '../../shared/core/ports.js';

/** A file whose rules use every trigger and every operation, over the audiences and attributes of random histories. */
export const everyOperation = {
  audiences: { hot: 'hot-1', vip: { id: 'vip-1', namespace: 'CustomerAudienceUpload' }, lapsed: 'lapsed-1' },
  person: { key: ['crmid', 'personalEmail.address'] },
  connections: { sales: { type: 'fake', allow: ['delete'] } },
  rules: [
    {
      name: 'contact',
      when: { member: 'hot' },
      do: [
        {
          upsert: 'sales/Contact',
          match: { Id: '$key' },
          set: { FirstName: 'person.name.firstName', Points: 'loyalty.points', Hot: { member: 'hot' } },
        },
      ],
    },
    {
      name: 'rich and hot',
      when: { member: { all: ['hot', 'vip'] } },
      if: 'loyalty.points >= 2',
      do: [{ 'add to': 'sales/CampaignMember', list: 'rich', match: { Id: '$key' } }],
      otherwise: [{ 'remove from': 'sales/CampaignMember', list: 'rich', match: { Id: '$key' } }],
    },
    {
      name: 'call',
      when: { entered: 'hot' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'Call' }, Who: '$key' } }],
    },
    {
      name: 'tier',
      when: { entered: { any: ['vip', 'lapsed'] } },
      do: [{ update: 'sales/Contact', match: { Id: '$key' }, set: { Tier: { value: 'VIP' } } }],
    },
    {
      name: 'points',
      when: { changed: 'loyalty.points' },
      do: [{ send: 'sales/Note', set: { Points: 'loyalty.points' } }],
    },
    {
      name: 'gone',
      when: { left: { all: ['hot', 'vip'] } },
      do: [{ delete: 'sales/Lead', match: { Id: '$key' } }],
    },
    {
      name: 'still here',
      when: { stayed: 'hot' },
      do: [{ upsert: 'sales/Visit', match: { Id: '$key' }, set: { LastName: 'person.name.lastName' } }],
    },
  ],
};

/** The bodies of messages as a file of one object a line. */
export const linesOf = (messages: readonly Message[]): string =>
  messages
    .map(({ body }) => `${body instanceof Uint8Array ? Buffer.from(body).toString() : String(body)}\n`)
    .join('');
