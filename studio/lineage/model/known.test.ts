import { describe, expect, it } from 'vitest';
import { aRun } from '../../graph/work.fixture.ts';
import { aBlob, edges } from './blobs.fixture.ts';
import { isToRead, linksOf, nothingKnown, type Reading, withChange, withReading } from './known.ts';

const reading = (
  ids: readonly string[],
  ends: readonly string[] = [],
  more: Partial<Reading> = {},
): Reading => ({
  blobs: ids.map((id) => aBlob(id)),
  edges: edges(...ends),
  isTruncated: false,
  isWhole: true,
  ...more,
});
const known = withReading(nothingKnown, reading(['a', 'b', 'c'], ['a b', 'b c']));
const changed = (kind: string, id: string, blob: ReturnType<typeof aBlob> | null = null) => ({
  kind,
  blobId: id,
  blob,
});

describe('a reading', () => {
  it('leaves everything as it is where nothing changed, so that nothing is laid out or drawn again', () => {
    const again = withReading(known, reading(['a', 'b', 'c'], ['b c', 'a b']));
    expect(again.structure).toBe(known.structure);
    expect(again.edges).toBe(known.edges);
    for (const id of ['a', 'b', 'c']) expect(again.blobs.get(id)).toBe(known.blobs.get(id));
  });

  it('brings what is new, and tells that the structure changed', () => {
    const grown = withReading(known, reading(['a', 'b', 'c', 'd'], ['a b', 'b c', 'a d']));
    expect([...grown.blobs.keys()]).toEqual(['a', 'b', 'c', 'd']);
    expect(grown.structure).toBe(known.structure + 1);
    expect(grown.blobs.get('a')).toBe(known.blobs.get('a'));
  });

  it('tells of a new edge between the same blobs', () => {
    expect(withReading(known, reading(['a', 'b', 'c'], ['a b', 'b c', 'a c'])).structure).toBe(2);
  });

  it('is older than what a change told: the newer state stays', () => {
    const working = aBlob('a', { version: 4, processing: { state: 'PROCESSING', runs: [aRun()] } });
    const after = withReading(
      withChange(known, changed('PROCESSING', 'a', working)),
      reading(['a', 'b', 'c'], ['a b', 'b c']),
    );
    expect(after.blobs.get('a')).toMatchObject({ version: 4, processing: { state: 'PROCESSING' } });
  });

  it('tells of content that changes no version, e.g. that a book is stale', () => {
    const stale = { __typename: 'CompiledBook', compiledVersion: 1, stale: true };
    const after = withReading(known, {
      ...reading(['a', 'b']),
      blobs: [aBlob('a', { content: stale }), aBlob('b')],
    });
    expect(after.blobs.get('a')?.content).toEqual(stale);
    expect(after.blobs.get('b')).toBe(known.blobs.get('b'));
  });

  it('keeps what is known of content that cannot be read now, because its processor is down', () => {
    const after = withReading(known, { ...reading([]), blobs: [aBlob('a', { content: null })] });
    expect(after.blobs.get('a')?.content).toEqual({ __typename: 'UserBlob' });
  });

  it('of before a deletion brings nothing back', () => {
    const deleted = withChange(known, changed('DELETED', 'b'));
    const after = withReading(deleted, reading(['a', 'b', 'c'], ['a b', 'b c']));
    expect([...after.blobs.keys()]).toEqual(['a', 'c']);
    expect(after.edges).toEqual([]);
    expect(after.structure).toBe(deleted.structure);
  });

  it('of the newest alone leaves the rest', () => {
    const after = withReading(known, reading(['d'], ['a d'], { isWhole: false, isTruncated: true }));
    expect([...after.blobs.keys()]).toEqual(['a', 'b', 'c', 'd']);
    expect(after.edges).toEqual(edges('a b', 'b c', 'a d'));
    expect(after.isTruncated).toBe(false);
  });

  it('takes away what is no longer there, and an edge of a blob to itself', () => {
    const after = withReading(known, reading(['a'], ['a a']));
    expect([...after.blobs.keys()]).toEqual(['a']);
    expect(after.edges).toEqual([]);
  });
});

describe('a change', () => {
  it('changes the state of one blob, and nothing else', () => {
    const after = withChange(known, changed('COMPLETED', 'b', aBlob('b', { version: 2, title: 'New' })));
    expect(after.structure).toBe(known.structure);
    expect(after.blobs.get('b')).toMatchObject({
      version: 2,
      title: 'New',
      content: { __typename: 'UserBlob' },
    });
    expect(after.blobs.get('a')).toBe(known.blobs.get('a'));
  });

  it.each([
    ['older than what is known', changed('PROCESSING', 'a', aBlob('a', { version: 0 }))],
    ['of a blob that is not known', changed('DERIVED', 'z', aBlob('z'))],
    ['whose blob cannot be read', changed('PROCESSING', 'a')],
  ])('%s changes nothing', (_what, change) => {
    expect(withChange(known, change)).toBe(known);
  });

  it('takes a deleted blob away with its edges; the second time nothing more', () => {
    const after = withChange(known, changed('DELETED', 'b'));
    expect(after.edges).toEqual([]);
    expect(withChange(after, changed('DELETED', 'b')).structure).toBe(after.structure);
  });
});

describe('what has the lineage read again', () => {
  it.each([
    ['a new blob', changed('DERIVED', 'z', aBlob('z')), true],
    ['a new draft', changed('CREATED', 'z', aBlob('z')), true],
    ['a blob that is there', changed('DERIVED', 'b', aBlob('b')), false],
    ['a step of a run', changed('PROCESSING', 'a', aBlob('a')), false],
    ['the end of a run', changed('COMPLETED', 'a', aBlob('a')), false],
    ['the end of what something was made of', changed('DELETED', 'a'), true],
    ['the end of what nothing was made of', changed('DELETED', 'c'), false],
  ])('%s', (_what, change, expected) => {
    expect(isToRead(known, change)).toBe(expected);
  });

  it('the content of what is made on demand', () => {
    const pending = withReading(known, { ...reading([]), blobs: [aBlob('p', { content: null })] });
    expect(isToRead(pending, changed('COMPLETED', 'p', aBlob('p')))).toBe(true);
  });
});

it('tells sources that are not among the blobs apart', () => {
  const of = withReading(nothingKnown, reading(['b', 'c'], ['a b', 'b c']));
  const links = linksOf(of, ['b', 'c']);
  expect(links.outside.get('b')).toEqual(['a']);
  expect(links.parents.get('b')).toBeUndefined();
  expect(links.children.get('b')).toEqual(['c']);
});
