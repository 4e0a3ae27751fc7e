import { expect, it } from 'vitest';
import { Newest } from './newest.ts';

const blob = (id: string, version: number, state: string) => ({
  __typename: 'BlobIndex',
  id,
  version,
  title: `${id} ${version}`,
  processing: { state },
});

it('an answer that is older than what was told has the newer state, and keeps what else it has', () => {
  const newest = new Newest();
  newest.hear(blob('a', 3, 'COMPLETED'));
  const answer = {
    blobs: { nodes: [{ ...blob('a', 2, 'PROCESSING'), derived: { nodes: [] } }, blob('b', 1, 'STORED')] },
  };
  expect(newest.within(answer)).toEqual({
    blobs: { nodes: [{ ...blob('a', 3, 'COMPLETED'), derived: { nodes: [] } }, blob('b', 1, 'STORED')] },
  });
  // What was not asked for does not come with it.
  const { title: _title, ...untitled } = blob('a', 2, 'PROCESSING');
  expect(newest.within(untitled)).not.toHaveProperty('title');
});

it('an answer of the same or a newer version is passed on as it is', () => {
  const newest = new Newest();
  newest.hear(blob('a', 3, 'PROCESSING'));
  newest.hear(blob('a', 2, 'PENDING'));
  newest.hear(null);
  const answer = {
    one: blob('a', 3, 'PROCESSING'),
    two: blob('a', 4, 'COMPLETED'),
    body: { id: 'a', version: 1 },
  };
  expect(newest.within(answer)).toBe(answer);
});
