import { expect, it } from 'vitest';
import { pathOf, searchOf, withoutSlash } from './methods.ts';

it.each([
  ['/graphql/', '/graphql'],
  ['/graphql///', '/graphql'],
  ['/graphql', undefined],
  ['/', undefined],
  ['////', undefined],
  ['//evil.example/', undefined],
])('%s without slashes at its end is %s', (path, bare) => {
  expect(withoutSlash(path)).toBe(bare);
});

it.each([
  ['/events?after=a?b&c', ['/events', 'after=a?b&c']],
  ['/events?', ['/events', '']],
  ['/events', ['/events', '']],
])('%s is a path and a query', (url, parts) => {
  expect([pathOf(url), searchOf(url)]).toEqual(parts);
});

it('takes time linear in a row of slashes', () => {
  // A quadratic one would not end within the test's time.
  expect(withoutSlash(`/a${'/'.repeat(2_000_000)}b`)).toBeUndefined();
});
