import { BlockList, isIP, isIPv6 } from 'node:net';

type Network = readonly [address: string, prefix: number];

/**
 * Never an address of a service: unspecified, link-local (metadata of most clouds among them), multicast, reserved, and
 * the metadata services that have other addresses (AWS over IPv6, Alibaba, Oracle, Azure, Google over IPv6).
 */
const NEVER: readonly Network[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['168.63.129.16', 32],
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
];

/** Addresses of this machine or its network: loopback, RFC 1918, RFC 6598, RFC 4193, benchmarking (RFC 2544). */
const PRIVATE: readonly Network[] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['::1', 128],
  ['fc00::', 7],
  ['2001:db8::', 32],
];

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks)
    list.addSubnet(address, prefix, isIPv6(address) ? 'ipv6' : 'ipv4');
  return list;
}

const never = listOf(NEVER);
const inside = listOf(PRIVATE);

/** The eight groups of an IPv6 address, the dotted form at its end included. */
function groupsOf(address: string): number[] {
  const hex = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const [head = '', tail] = hex.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail ?? '')];
  return tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill(0), ...right];
}

const dotted = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');

/**
 * The IPv4 address that an IPv6 address leads to: mapped and compatible ones (RFC 4291), translated ones (RFC 6052,
 * RFC 8215), 6to4 (RFC 3056) and Teredo (RFC 4380).
 */
function embeddedIn(address: string): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groupsOf(address);
  const isZero = (...groups: number[]) => groups.every((group) => group === 0);
  if (isZero(a, b, c, d, e) && (f === 0xffff || f === 0))
    return isZero(f, g) && h <= 1 ? undefined : dotted(g, h);
  if (isZero(a, b, c, d) && e === 0xffff) return dotted(g, h);
  if (a === 0x64 && b === 0xff9b) return dotted(g, h);
  if (a === 0x2002) return dotted(b, c);
  if (a === 0x2001 && b === 0) return dotted(g ^ 0xffff, h ^ 0xffff);
  return undefined;
}

/** `never`: no service is there. `private`: this machine or the network around it. */
export type AddressKind = 'never' | 'private' | 'public';

/** The kind of an address; what is no address is `never`. */
export function kindOfAddress(address: string): AddressKind {
  const version = isIP(address);
  if (version === 0) return 'never';
  const embedded = version === 6 ? embeddedIn(address) : undefined;
  if (embedded !== undefined) return kindOfAddress(embedded);
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const plain = address.replace(/%.*$/, '');
  if (never.check(plain, family)) return 'never';
  return inside.check(plain, family) ? 'private' : 'public';
}
