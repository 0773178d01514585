import { describe, expect, test } from 'vitest';
import { secretsIn } from '../../shared/config/lint-secrets.js';
import { checked, findingsOf, rule, ruled } from './checked.js';

/** Made up here, and put together so that no scanner of repositories takes them for real. */
const of = (...parts: readonly string[]): string => parts.join('');
const letters = (count: number): string => 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ'.repeat(12).slice(0, count);

describe('tokens of vendors, wherever they stand', () => {
  test.each([
    ['an AWS access key', of('AKIA', 'QWERTYUIOP123456')],
    ['a GitHub token', of('ghp_', letters(36))],
    ['a Slack token', of('xoxb-', '123456789012-', letters(24))],
    ['the address of a Slack webhook', of('hooks.slack.com/services/', 'T0123ABCD/B0123ABCD/', letters(24))],
    ['a Google API key', of('AIza', letters(35))],
    ['a Stripe key', of('sk_live_', letters(24))],
    ['a SendGrid key', of('SG.', letters(22), '.', letters(43))],
    ['a HubSpot token', of('pat-na1-', '0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f')],
    ['a Salesforce session', of('00D5g000004abcd', '!', letters(40))],
    ['an Adobe client secret', of('p8e-', letters(32))],
    ['a token (JWT)', of('eyJ', letters(20), '.eyJ', letters(40), '.', letters(20))],
    ['a private key', of('-----BEGIN RSA ', 'PRIVATE KEY-----')],
    ['an Azure connection string', of('AccountKey=', letters(86), '==')],
    ['a shared access signature', of('?sv=2026&', 'sig=', letters(40))],
    ['a secret in an address', of('?api_', 'key=', letters(12))],
    ['a password in an address', of('https://ada:', 'lovelace1815', '@crm.example.com')],
    ['an Authorization header with its secret', of('Bearer ', letters(30))],
  ])('%s', (what, token) => {
    const text = `a: "${token}" # x`;
    const found = secretsIn(text);
    expect(found.map((one) => one.what)).toContain(what);
    for (const { from, to } of found) expect(text.slice(from, to).length).toBeGreaterThan(5);
  });

  test('are found in comments, told once and never shown', async () => {
    const token = of('AKIA', 'QWERTYUIOP123456');
    const text = `# ${token}\n${ruled(rule('a', 'member: hot', 'T: p.a'))}`;
    const findings = (await checked(text)).findings.filter(({ code }) => code !== 'check.untested');
    expect(
      findings.map(({ line, column, length, code, conceal }) => [line, column, length, code, conceal]),
    ).toEqual([[1, 3, 20, 'check.secret', true]]);
    expect(JSON.stringify(findings)).not.toContain(token);
  });

  test.each([
    'https://crm.example.com/x?page=2',
    'Bearer ' + '$' + '{token}',
    'secret:salesforce',
    '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
    'a key in a sentence, a token as well',
    'b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72',
  ])('are not: %s', (text) => {
    expect(secretsIn(text)).toEqual([]);
  });

  test('a text made to be slow is not', () => {
    for (const piece of [
      'eyJ-',
      'eyJaaaaaaaaa.',
      'https://a:',
      'sk_live_',
      'AccountKey=',
      'xoxb-',
      '?key=',
      'Basic a',
    ]) {
      const before = process.cpuUsage();
      secretsIn(piece.repeat(500_000 / piece.length));
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(1000);
    }
  });
});

describe('what only its name tells from other texts', () => {
  const withHeaders = (headers: string): string =>
    ruled(rule('a', 'member: hot', 'T: p.a')).replace('/x" }', `/x", headers: { ${headers} } }`);

  test('is told', async () => {
    expect(await findingsOf(withHeaders('X-Api-Key: q7Rt2LmZ9xWv'), /secret/)).toEqual([
      expect.stringMatching(
        /^3:80 check\.secret connections\.crm\.headers\.X-Api-Key: this looks like a secret: put it/,
      ),
    ]);
  });

  test.each([
    'X-Api-Key: "secret:crm"',
    'X-Api-Key: "' + '$' + '{CRM_KEY}"',
    'X-Tenant: q7Rt2LmZ9xWv',
    'X-Api-Key: none',
    'X-Token-Type: bearer',
  ])('is not: %s', async (headers) => {
    expect(await findingsOf(withHeaders(headers), /secret/)).toEqual([]);
  });

  test('in a mapping only a constant can be one', async () => {
    const constant = ruled(rule('a', 'member: hot', 'Token__c: { value: q7Rt2LmZ9xWv }'));
    expect(await findingsOf(constant, /secret/)).toHaveLength(1);
    expect(await findingsOf(ruled(rule('a', 'member: hot', 'Token__c: q7Rt2LmZ9xWv')), /secret/)).toEqual([]);
  });

  test('a secret in the place of its name is not shown either', async () => {
    const text = ruled(rule('a', 'member: hot', 'T: p.a')).replace(
      '/x" }',
      '/x", auth: { basic: { user: ada, password: hunter2 } } }',
    );
    const { findings } = await checked(text);
    expect(findings.filter(({ conceal }) => !conceal)).toEqual([]);
    expect(findings).toHaveLength(1);
  });
});
