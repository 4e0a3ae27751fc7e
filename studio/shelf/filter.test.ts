import { describe, expect, it } from 'vitest';
import type { BlobRowFragment } from '../graph/operations.generated.ts';
import { addressOf, asked, faultOfText, filterIn, letsThrough } from './filter.ts';

const row = (changed: Partial<BlobRowFragment> = {}): BlobRowFragment => ({
  __typename: 'BlobIndex',
  id: 'a',
  version: 1,
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  title: 'A title',
  preview: '',
  processorId: 'state',
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
  contentMissingSince: null,
  processing: { state: 'STORED', runs: [] },
  ...changed,
});

describe('an address', () => {
  it.each([
    '/',
    '/?text=dark+night&type=note&state=FAILED&book=my-novel&by=text-expansion&from=2026-01-31&to=2026-02-01',
    '/?text=%E5%A4%9C&unfiled=1',
  ])('says the filter that it was made of: %s', (address) => {
    expect(addressOf(filterIn(address.slice(2)))).toBe(address);
  });

  it('that says something wrong has no condition of it', () => {
    const filter = filterIn('state=BROKEN&from=yesterday&to=2026-13-45&unfiled=yes&other=1');
    expect(asked(filter)).toBeUndefined();
    expect(addressOf(filter)).toBe('/');
  });

  it('asks for a book or for what is in none, not for both', () => {
    expect(asked(filterIn('book=a&unfiled=1'))).toEqual({ unfiled: true });
  });
});

it('asks for whole days of the reader’s calendar', () => {
  const { createdAfter, createdBefore } = asked(filterIn('from=2026-01-31&to=2026-01-31')) ?? {};
  expect(new Date(createdAfter ?? '')).toEqual(new Date(2026, 0, 31));
  expect(new Date(createdBefore ?? '')).toEqual(new Date(2026, 1, 1));
});

it('asks for no more words than the graph takes, and says so', () => {
  const text = Array.from({ length: 20 }, (_, n) => `w${n}`).join('  ');
  expect(asked({ ...filterIn(''), text })?.text?.split(' ')).toHaveLength(16);
  expect(faultOfText(text)).toContain('16');
  expect(faultOfText(' two words ')).toBeUndefined();
});

describe('whether a blob is let through', () => {
  it.each([
    ['everything', '', {}, true],
    ['its type', 'type=chapter_draft', {}, true],
    ['another type', 'type=note', {}, false],
    ['another state', 'state=FAILED', {}, false],
    ['its processor', 'by=text-expansion', { processorId: 'text-expansion' }, true],
    ['a later day', 'from=2026-03-01', {}, false],
    ['an earlier day', 'to=2026-01-01', {}, false],
    ['words, which the graph knows', 'text=night', {}, undefined],
    ['a book, which the graph knows', 'book=a', {}, undefined],
    ['a book, though of another type', 'book=a&type=note', {}, false],
  ])('by %s', (_what, search, changed, expected) => {
    expect(letsThrough(asked(filterIn(search)), row(changed))).toBe(expected);
  });
});
