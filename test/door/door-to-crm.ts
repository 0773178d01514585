import { expect, test } from 'vitest';
import { DOCUMENTED_EVENTS } from '../../local/demo/documented-events.js';
import { MESSAGE_TEMPLATE } from '../../shared/adobe/template.js';
import { readConfig } from '../../shared/config/read-config.js';
import type { EndingName, Pipeline } from '../../shared/core/ports.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { render } from '../adobe/pebble.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';

/** A cloud's door, its stream and its consumer. */
export interface DoorToCrm {
  readonly send: (body: string) => Promise<{ readonly json: Readonly<Record<string, unknown>> }>;
  /** What comes into the stream while something is done, parsed. */
  readonly added: (work: () => Promise<unknown>) => Promise<readonly unknown[]>;
  /** Hands records to the cloud's consumer. */
  readonly consume: (bodies: readonly Uint8Array[], pipeline: Pipeline) => Promise<void>;
}

/** From a call at the door to rows of the CRM, by way of a cloud's stream and consumer. */
export function doorToCrm({ send, added, consume }: DoorToCrm): void {
  /** Sends bodies in, and what they put into the stream through the consumer into a CRM under the rules of the demo. */
  async function toCrm(...bodies: readonly string[]) {
    const { rules } = await readConfig('local/demo/tributary.yaml', undefined, process.env);
    const crm = fakeCrm();
    const pipeline = createPipeline(fakeDeps(rules, crm));
    const endings: EndingName[] = [];
    const telling: Pipeline = {
      async run(messages, options) {
        const settled = await pipeline.run(messages, options);
        endings.push(...settled.flatMap((one) => one.endings.map(({ name }) => name)));
        return settled;
      },
    };
    const answers: unknown[] = [];
    const records = await added(async () => {
      for (const body of bodies) answers.push((await send(body)).json);
    });
    const raw = records.map((record) => Buffer.from(JSON.stringify(record)));
    if (raw.length > 0) await consume(raw, telling);
    return { rows: Object.fromEntries(crm.rows), endings, answers };
  }

  test("Adobe's documented exports change the CRM as they would had AEP written them into the stream", async () => {
    for (const { title, body, ending } of DOCUMENTED_EVENTS) {
      const { endings } = await toCrm(body);
      expect([title, endings]).toEqual([title, ending === 'malformed' ? [] : [ending]]);
    }
    const [current] = DOCUMENTED_EVENTS;
    const { rows } = await toCrm(current?.body ?? '');
    expect(Object.values(rows)).toMatchObject([{ Hot_Prospect__c: true }]);
  });

  const HOT = '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae';
  test.each([
    [
      'our own template',
      render(MESSAGE_TEMPLATE, {
        input: {
          profiles: [
            {
              identityMap: { crmid: [{ id: 'C-77' }] },
              segmentMembership: {
                ups: { [HOT]: { lastQualificationTime: '2026-01-02T03:04:05.000+0000', status: 'realized' } },
              },
              attributes: { 'person.name.lastName': { value: 'O"Example' } },
            },
          ],
        },
      }),
    ],
    [
      "the template of Adobe's pages",
      JSON.stringify({
        profiles: [
          {
            attributes: { 'person.name.lastName': 'O"Example' },
            identities: [{ type: 'crmid', id: 'C-77' }],
            AdobeExperiencePlatformSegments: { add: [HOT], remove: ['lapsed'] },
          },
        ],
      }),
    ],
    [
      'a call about one audience',
      JSON.stringify({
        audienceId: HOT,
        profiles: [{ identityMap: { crmid: [{ id: 'C-77' }] }, person: { name: { lastName: 'O"Example' } } }],
      }),
    ],
  ])('Destination SDK, %s: a row in the CRM', async (_, body) => {
    const { rows, endings } = await toCrm(body);
    expect(endings).toEqual(['delivered']);
    expect(Object.values(rows)).toMatchObject([{ LastName: 'O"Example', Hot_Prospect__c: true }]);
  });

  test('a sample profile of the testing API of Destination SDK is taken, and changes nothing', async () => {
    const sample = {
      segmentMembership: {
        ups: { [HOT]: { lastQualificationTime: '2026-11-21T08:00:00.000+0000', status: 'realized' } },
      },
      identityMap: { email: [{ id: 'email-rbN62' }], phone: [{ id: 'phone-Q8sJd' }] },
      attributes: { firstName: { value: 'string' } },
    };
    const { rows, answers } = await toCrm(JSON.stringify({ profiles: [sample] }));
    expect(answers).toMatchObject([{ received: 1, testProfiles: 1 }]);
    expect(rows).toEqual({});
  });
}
