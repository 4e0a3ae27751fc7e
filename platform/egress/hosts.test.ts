import { describe, expect, it } from 'vitest';
import { exactPattern, hostList, patternFor, readHostPattern } from './hosts.ts';

const allows = (list: string, url: string): boolean =>
  patternFor(new URL(url), hostList.parse(list)) !== undefined;

describe('hosts that may be called', () => {
  it.each([
    ['summary.internal', 'http://summary.internal:8020/base'],
    ['summary.internal', 'https://SUMMARY.internal./x'],
    ['summary.internal.', 'http://summary.internal'],
    ['summary.internal:8020', 'http://summary.internal:8020'],
    ['summary.internal:443', 'https://summary.internal'],
    ['summary.internal:80', 'http://summary.internal'],
    ['*.processors.example', 'https://a.processors.example'],
    ['*.processors.example', 'https://a.b.processors.example:8443'],
    ['a.example, 10.0.0.7', 'http://10.0.0.7'],
    // The URL standard writes these as 10.0.0.7.
    ['10.0.0.7', 'http://0xa000007/'],
    ['10.0.0.7', 'http://167772167/'],
    ['10.0.0.7', 'http://012.0.0.7/'],
    ['[fd12::7]:8020', 'http://[FD12:0::7]:8020'],
    ['xn--bcher-kva.example', 'http://bücher.example'],
  ])('%s lets %s be called', (list, url) => {
    expect(allows(list, url)).toBe(true);
  });

  it.each([
    ['summary.internal', 'http://summary.internal.evil.example'],
    ['summary.internal', 'http://evil-summary.internal'],
    ['summary.internal', 'http://a.summary.internal'],
    ['summary.internal:8020', 'http://summary.internal'],
    ['summary.internal:8020', 'https://summary.internal'],
    ['*.processors.example', 'https://processors.example'],
    ['*.processors.example', 'https://evilprocessors.example'],
    ['*.processors.example', 'https://processors.example.evil.example'],
    ['summary.internal', 'http://summary.internal@evil.example'],
    ['10.0.0.7', 'http://10.0.0.70'],
    ['10.0.0.7', 'http://[::ffff:10.0.0.7]'],
    ['a.example', 'http://a.example%2eevil.example'.replace('%2e', '.')],
  ])('%s does not let %s be called', (list, url) => {
    expect(allows(list, url)).toBe(false);
  });

  it.each([
    '',
    'http://a.example',
    'a.example/x',
    'user@a.example',
    'a.example?x',
    'a.example:0x',
    'a.example:99999',
    '*',
    '*.',
    '*.10.0.0.7',
    'a.*.example',
    'a b',
    ',',
  ])('%j is no list of hosts', (list) => {
    expect(hostList.safeParse(list).success).toBe(false);
  });

  it('prefers the one that is named in full', () => {
    const patterns = hostList.parse('*.example,a.example');
    expect(patternFor(new URL('http://a.example'), patterns)).toEqual({ name: 'a.example', wildcard: false });
    expect(patternFor(new URL('http://b.example'), patterns)).toEqual({ name: '.example', wildcard: true });
  });

  it('holds a service’s own address to its port', () => {
    const own = [exactPattern('http://text-expansion:8012/base')];
    expect(patternFor(new URL('http://text-expansion:8012'), own)).toBeDefined();
    expect(patternFor(new URL('http://text-expansion:8013'), own)).toBeUndefined();
    expect(readHostPattern('a:80')).toEqual({ name: 'a', wildcard: false, port: 80 });
  });
});
