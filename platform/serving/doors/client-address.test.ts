import type { IncomingMessage } from 'node:http';
import { describe, expect, it, test } from 'vitest';
import { createClientAddress, isNetwork, networkOf } from './client-address.ts';

const asking = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('a client’s address', () => {
  it('is that of the connection, whatever is written where no proxy is trusted', () => {
    const addressOf = createClientAddress([]);
    expect(addressOf(asking('203.0.113.9', '198.51.100.1'))).toBe('203.0.113.9');
    expect(addressOf(asking('::ffff:203.0.113.9'))).toBe('203.0.113.9');
  });

  it.each([
    ['what the proxy wrote', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['the last that is no proxy', '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.9.9.9, fd00::7', '203.0.113.9'],
    ['the proxy, where it wrote nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['the proxy, where it wrote no address', '10.0.0.1', 'unknown, _hidden', '10.0.0.1'],
    ['the connection’s, where that is no proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['an IPv6 client’s', '::ffff:10.0.0.1', '2001:db8::5', '2001:db8::5'],
  ])('is %s', (_, remote, forwarded, expected) => {
    expect(createClientAddress(['10.0.0.0/8', 'fd00::/8'])(asking(remote, forwarded))).toBe(expected);
  });
});

test('a network is told from a name', () => {
  expect(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'].every(isNetwork)).toBe(true);
  expect(
    ['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '10.0.0.0/8/8', 'fd00::/129'].some(isNetwork),
  ).toBe(false);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
  ['1::2:3:203.0.113.7', '1:0:0:0::/64'],
  ['1:2:3::', '1:2:3:0::/64'],
  ['', ''],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
