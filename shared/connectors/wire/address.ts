import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Addresses that are nobody's on the internet: private networks, links, this machine, metadata services, documentation,
 * multicast (IANA special-purpose address registries), and what carries an IPv4 address inside (NAT64, 6to4, Teredo).
 */
const NETS: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Azure's platform address: public by number, reachable only from inside (learn.microsoft.com, "What is IP address 168.63.129.16").
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
];

function listOf(nets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const net of nets) {
    const [address = '', bits = ''] = net.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}

const PRIVATE = listOf(NETS);
const THIS_MACHINE = listOf(['127.0.0.0/8', '::1/128']);

/** An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is matched as what it is: BlockList sees to that. */
const within = (list: BlockList, address: string): boolean =>
  list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** True for addresses (text of an IPv4 or IPv6 address) that are not public. What is no address is not public either. */
export const isPrivateAddress = (address: string): boolean => isIP(address) === 0 || within(PRIVATE, address);

/** True for addresses of this machine. */
export const isOwnAddress = (address: string): boolean =>
  isIP(address) !== 0 && within(THIS_MACHINE, address);
