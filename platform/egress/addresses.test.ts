import { describe, expect, it } from 'vitest';
import { kindOfAddress } from './addresses.ts';

describe('the kind of an address', () => {
  it.each([
    // Link-local, with the metadata services of AWS, Google, Azure and others, in all ways to write them.
    '169.254.169.254',
    '169.254.0.1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '2001:0:1:1:1:1:5601:5601',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    // Unspecified.
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '::ffff:0.0.0.0',
    // Multicast, reserved, broadcast.
    '224.0.0.1',
    '239.255.255.255',
    'ff02::1',
    '255.255.255.255',
    '240.0.0.1',
    // No addresses at all.
    '',
    'localhost',
    '2852039166',
    '0x7f.0.0.1',
    '127.1',
    '1.2.3',
    '1.2.3.4.5',
  ])('%s: never', (address) => {
    expect(kindOfAddress(address)).toBe('never');
  });

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '2002:7f00:1::',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    'fc00::1',
    'fd12:3456::1',
    '::ffff:10.1.2.3',
    '64:ff9b::10.0.0.1',
  ])('%s: private', (address) => {
    expect(kindOfAddress(address)).toBe('private');
  });

  it.each([
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '169.253.1.1',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
    '2002:101:101::',
  ])('%s: public', (address) => {
    expect(kindOfAddress(address)).toBe('public');
  });
});
