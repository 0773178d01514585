import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.js';
import { openConnector } from '../../shared/connectors/open-connector.js';
import type { Connector } from '../../shared/core/remote.js';
import { never, secretsOf } from '../connectors/fakes.js';
import { act, configOf } from '../connectors/http/templates/example.js';
import { hasMailman, startMailman } from './mailman-server.js';

const installed = await hasMailman();
if (!installed)
  process.stderr.write(
    'SKIPPED: examples/connections/mailman.yaml was not tried on a real Mailman. As root: apt-get install -y --no-install-recommends mailman3\n',
  );

describe.runIf(installed)('real lists, by the ready-made connection', () => {
  let mailman: Awaited<ReturnType<typeof startMailman>>;
  let connector: Connector;
  beforeAll(async () => {
    mailman = await startMailman();
    const config = await configOf('mailman', 'mailman', [['https://lists.example.com/3.1', mailman.url]]);
    connector = openConnector('mailman', config, {
      secrets: secretsOf({ mailman: 'restpass' }),
      clock: systemClock,
    });
  });
  afterAll(() => mailman?.close());
  const send = (...actions: Parameters<Connector['send']>[0]) => connector.send(actions, never());

  test('members join, also twice, and leave together, each with an answer', async () => {
    const join = (key: string, list = 'vip.aep.test') => act('add', key, { name: 'Ada' }, list);
    const leave = (key: string) => act('remove', key, {}, 'vip.aep.test');
    expect(await send(join('ada@example.com'), join('ada@example.com'), join('bob@example.com'))).toEqual([
      { kind: 'accepted', created: true },
      { kind: 'accepted' },
      { kind: 'accepted', created: true },
    ]);
    expect(await mailman.members()).toBe(2);
    expect(await send(leave('ada@example.com'), leave('nobody@example.com'))).toEqual([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(await mailman.members()).toBe(1);
    expect(await send(join('ada@example.com', 'no.aep.test'))).toMatchObject([
      { kind: 'rejected', code: 'HTTP_400', text: 'No such list' },
    ]);
  });
});
