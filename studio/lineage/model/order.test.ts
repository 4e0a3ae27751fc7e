import { expect, it } from 'vitest';
import { aRun } from '../../graph/work.fixture.ts';
import { aBlob, edges } from './blobs.fixture.ts';
import { orderOf } from './order.ts';

const blobs = (...all: ReturnType<typeof aBlob>[]) => new Map(all.map((blob) => [blob.id, blob]));
const at = (day: number) => ({ createdAt: `2026-01-0${day}T00:00:00.000Z` });

it('has the chapters in the order of the book, not that of their writing', () => {
  const all = blobs(aBlob('two', at(1)), aBlob('one', at(2)), aBlob('book', at(3)));
  const places = [
    { title: 'One', blobId: 'one' },
    { title: 'Two', blobId: 'two' },
  ];
  expect(orderOf(all, edges('one book', 'two book'), places)).toEqual(['one', 'two', 'book']);
});

it('has older drafts of a chapter below the newest', () => {
  const all = blobs(
    aBlob('old', { ...at(1), title: 'One' }),
    aBlob('older', { ...at(2), title: 'One' }),
    aBlob('new', { ...at(3), title: 'One' }),
    aBlob('two', { ...at(1), title: 'Two' }),
    // What was made of a chapter has its title, and no place of its own.
    aBlob('made', { ...at(1), title: 'One' }),
  );
  const places = [
    { title: 'One', blobId: 'new' },
    { title: 'Two', blobId: 'two' },
  ];
  expect(orderOf(all, edges('new made'), places)).toEqual(['new', 'older', 'old', 'two', 'made']);
});

it('has what stands nowhere by its age, and then by its id', () => {
  const all = blobs(aBlob('c', at(2)), aBlob('b', at(1)), aBlob('a', at(2)));
  expect(orderOf(all, [], [{ title: '', blobId: null }])).toEqual(['b', 'a', 'c']);
});

it('has an expansion, which goes on, before insights', () => {
  const goesOn = { processing: { state: 'COMPLETED' as const, runs: [aRun()] } };
  const all = blobs(aBlob('insights', at(1)), aBlob('expansion', { ...at(2), ...goesOn }));
  expect(orderOf(all, [], [])).toEqual(['expansion', 'insights']);
});
