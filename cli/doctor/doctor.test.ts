import { describe, expect, it } from 'vitest';
import { linesOf, summaryOf } from './finding.ts';
import { hostsOf } from './look.ts';
import { clockFinding, diskFinding } from './machine.ts';
import { type PortLook, portsFinding, serverFindings, tokenFindings } from './network.ts';

const MEBIBYTE = 1024 ** 2;
const ports = (...found: PortLook['found'][]): PortLook[] =>
  found.map((each, index) => ({ service: `s${index}`, port: 8_000 + index, found: each }));

describe('doctor', () => {
  it.each<[PortLook[], string, string]>([
    [ports('free', 'free'), 'fine', 'all are free'],
    [ports('ready', 'ready'), 'fine', 'the system runs'],
    [ports('free', 'other'), 'problem', 'another program has 8001 (s1)'],
    [ports('ready', 'starting'), 'problem', 'not ready: 8001 (s1)'],
    [ports('ready', 'free'), 'problem', 'services are missing: 8001 (s1)'],
  ])('tells of ports %#', (looks, state, message) => {
    expect(portsFinding(looks)).toMatchObject({ state, message: expect.stringContaining(message) });
  });

  it('has a fix for every problem and warning, and none where all is fine', () => {
    const findings = [
      portsFinding(ports('other')),
      diskFinding({ folder: '/data', writable: false, freeBytes: 0 }),
      diskFinding({ folder: '/data', writable: true, freeBytes: 500 * MEBIBYTE }),
      diskFinding({ folder: '/data', writable: true, freeBytes: 5_000 * MEBIBYTE }),
      ...tokenFindings('refused', '/data'),
      ...serverFindings([{ variable: 'MONGO_URL', address: 'a:1', fault: 'ECONNREFUSED' }]),
    ];
    expect(findings.map(({ state }) => state)).toEqual([
      'problem',
      'problem',
      'warning',
      'fine',
      'problem',
      'problem',
    ]);
    for (const { state, fix } of findings) expect(fix === null).toBe(state === 'fine');
    expect(summaryOf(findings)).toBe('4 problems, 1 warning.');
    expect(findings.flatMap(linesOf)[1]).toMatch(/^ +→ end it, or set PORT_OFFSET/);
  });

  it('compares the clock with a server’s', () => {
    const at = Date.UTC(2026, 5, 1);
    const from = (ms: number) => clockFinding(at, { ms, of: 'http://gateway' }).state;
    expect([from(at - 1_000), from(at + 10_000), from(at - 3_600_000)]).toEqual([
      'fine',
      'warning',
      'problem',
    ]);
    expect(clockFinding(0, undefined)).toMatchObject({ state: 'problem' });
  });

  it.each([
    [
      'mongodb://user:p%40ss@a.example,b.example:27018/db?replicaSet=r',
      ['a.example:27017', 'b.example:27018'],
    ],
    ['postgres://u:secret@127.0.0.1/db', ['127.0.0.1:5432']],
    ['nats.example:4223', ['nats.example:4223']],
    ['redis://:secret@[::1]:6380', ['::1:6380']],
    ['https://s3.example', ['s3.example:443']],
  ])('finds the hosts in %s, and no secret', (address, hosts) => {
    expect(hostsOf(address).map(({ host, port }) => `${host}:${port}`)).toEqual(hosts);
  });
});
