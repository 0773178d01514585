import { describe, expect, test } from 'vitest';
import { isOwnAddress, isPrivateAddress } from '../../../shared/connectors/wire/address.js';
import { isPrivateHost } from '../../../shared/connectors/wire/endpoint.js';

describe('addresses that are not public', () => {
  test.each([
    ...['0.0.0.0', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.9'],
    ...['168.63.129.16', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.0.1', '198.18.0.1'],
    ...[
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:10.0.0.1',
      '::ffff:a9fe:a9fe',
      '::ffff:127.0.0.1',
    ],
    ...['::7f00:1', '64:ff9b::a00:1', '64:ff9b:1::1', '2002:a00:1::1', '2001:0:53aa::1', '2001:db8::1'],
    ...['fc00::1', 'fd00:ec2::254', 'fdff::1', 'fe80::1', 'fec0::1', 'ff02::1', 'nonsense', ''],
  ])('%s', (address) => expect(isPrivateAddress(address)).toBe(true));
});

describe('addresses that are public', () => {
  test.each([
    ...[
      '1.1.1.1',
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '126.255.255.255',
      '128.0.0.1',
    ],
    ...[
      '168.63.129.15',
      '169.253.255.255',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.255.255',
      '223.255.255.255',
    ],
    ...['2606:4700::1111', '2a00:1450:4001::1', '::ffff:1.1.1.1', '2003::1'],
  ])('%s', (address) => expect(isPrivateAddress(address)).toBe(false));
});

test.each<[string, boolean]>([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['localhost', false],
])('%s is of this machine: %s', (address, own) => expect(isOwnAddress(address)).toBe(own));

test.each<[string, boolean]>([
  ['https://10.0.0.1/', true],
  ['https://167772161/', true],
  ['https://0xa.1/', true],
  ['https://012.0.0.1/', true],
  ['https://[::ffff:10.0.0.1]/', true],
  ['https://[fd00::1]/', true],
  ['https://169.254.169.254/', true],
  ['https://1.1.1.1/', false],
  ['https://10.example.com/', false],
  ['https://127.0.0.1/', false],
  ['https://2130706433/', false],
])('the host of %s is a private address: %s', (url, is) => expect(isPrivateHost(url)).toBe(is));
