import type { LineageBlob } from './blob.ts';

const AT = '2026-01-01T00:00:00.000Z';

export const aBlob = (id: string, blob: Partial<LineageBlob> = {}): LineageBlob => ({
  __typename: 'BlobIndex',
  id,
  version: 1,
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  title: `Title of ${id}`,
  preview: '',
  processorId: 'state',
  createdAt: AT,
  updatedAt: AT,
  contentMissingSince: null,
  generation: 0,
  content: { __typename: 'UserBlob' },
  processing: { state: 'STORED', runs: [] },
  ...blob,
});

/** Edges by the ends' ids: `edges('a b', 'a c')`. */
export const edges = (...ends: string[]) =>
  ends.map((each) => {
    const [parentId = '', childId = ''] = each.split(' ');
    return { parentId, childId };
  });
