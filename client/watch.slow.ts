import { describe, expect, it, vi } from 'vitest';
import { GraphError, InputError } from './errors.ts';
import type { Graph } from './graph.ts';
import { BlobDocument, type BlobFieldsFragment, CreateBlobDocument } from './operations.generated.ts';
import { createAndFollow, watchBlob, watchBook } from './watch.ts';

vi.mock('./back-off.ts', () => ({
  backOff: async (_failures: number, { signal }: { signal?: AbortSignal }) => signal?.throwIfAborted(),
}));

type State = BlobFieldsFragment['processing']['state'];

const blobAt = (version: number, state: State = 'PROCESSING'): BlobFieldsFragment => ({
  ...{ id: 'b', version, type: 'note', title: '', preview: '', processorId: 'state', createdAt: '' },
  ...{ derivedIds: [], processing: { state, runs: [] } },
});

const change = (version: number, state?: State, kind = 'PROCESSING') => ({
  blobChanged: { cursor: `c${version}`, kind, blobId: 'b', version, blob: blobAt(version, state) },
});
const deleted = { blobChanged: { cursor: 'c9', kind: 'DELETED', blobId: 'b', version: 9, blob: null } };

const coded = (code?: string) => new GraphError([{ message: 'No.', extensions: { code } }]);

/**
 * A graph that answers requests, and tells subscriptions, as scripted, in order; an Error is thrown. What it was asked is
 * in `asked`.
 */
function scripted(answers: readonly unknown[], subscriptions: readonly (readonly unknown[])[] = []) {
  const asked: unknown[] = [];
  const [waiting, streams] = [[...answers], [...subscriptions]];
  const given = (value: unknown) => {
    if (value instanceof Error) throw value;
    return value;
  };
  const graph = {
    async request(document: string, variables: unknown) {
      asked.push([document, variables]);
      return { data: given(waiting.shift()), errors: [] };
    },
    async *subscribe(_document: string, variables: unknown) {
      asked.push(variables);
      for (const told of streams.shift() ?? []) yield given(told);
    },
    signal: new AbortController().signal,
    close() {},
  };
  return { graph: graph as unknown as Graph, asked };
}

const snapshot = (version: number, liveCursor: string, state?: State) => ({
  liveCursor,
  blob: blobAt(version, state),
});

async function all<T>(seen: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of seen) list.push(each);
  return list;
}

const versions = async (seen: AsyncIterable<{ blob: BlobFieldsFragment; cursor: string }>) =>
  (await all(seen)).map(({ blob, cursor }) => [blob.version, cursor]);

describe('watchBlob', () => {
  it('goes on from the snapshot’s cursor, without what the snapshot had, until the blob is deleted', async () => {
    const { graph, asked } = scripted(
      [snapshot(2, 'live')],
      [[change(1), change(2), change(3), change(4), deleted]],
    );
    expect(await versions(watchBlob(graph, 'b'))).toEqual([
      [2, 'live'],
      [3, 'c3'],
      [4, 'c4'],
    ]);
    expect(asked).toEqual([[BlobDocument, { id: 'b' }], { filter: { blobId: 'b' }, after: 'live' }]);
  });

  it('ends at once where there is no blob', async () => {
    expect(await all(watchBlob(scripted([{ liveCursor: 'live', blob: null }]).graph, 'b'))).toEqual([]);
  });

  it.each(['CURSOR_EXPIRED', 'SLOW_CONSUMER', 'OVERLOADED', undefined])(
    'begins anew after %s, and tells nothing twice',
    async (code) => {
      const { graph } = scripted(
        [snapshot(1, 'one'), coded('SERVICE_UNAVAILABLE'), snapshot(2, 'two'), snapshot(4, 'three')],
        [[change(2), coded(code)], [change(3), coded(code)], [deleted]],
      );
      expect((await versions(watchBlob(graph, 'b'))).map(([version]) => version)).toEqual([1, 2, 3, 4]);
    },
  );

  it('reads afresh what a change could not read', async () => {
    const unread = { blobChanged: { ...change(2).blobChanged, blob: null } };
    const { graph } = scripted([snapshot(1, 'one'), snapshot(2, 'two')], [[unread], [deleted]]);
    expect((await versions(watchBlob(graph, 'b'))).map(([version]) => version)).toEqual([1, 2]);
  });

  it.each(['UNAUTHENTICATED', 'BAD_USER_INPUT', 'RATE_LIMIT'])('ends with %s', async (code) => {
    const { graph } = scripted([snapshot(1, 'one')], [[coded(code)]]);
    await expect(all(watchBlob(graph, 'b'))).rejects.toMatchObject({ code });
  });

  it('ends with the signal’s reason while it waits', async () => {
    const { graph } = scripted([coded(undefined)]);
    const signal = AbortSignal.abort(new Error('Enough.'));
    await expect(all(watchBlob(graph, 'b', { signal }))).rejects.toThrow('Enough.');
  });
});

describe('watchBook', () => {
  const bookAt = (version: number) => ({
    id: 'n',
    version,
    title: '',
    chapters: [],
    compiled: { nodes: [] },
  });
  const told = (cursor: string, version: number, kind = 'UPDATED') => ({
    bookChanged: { cursor, kind, blobId: null, version, book: kind === 'DELETED' ? null : bookAt(version) },
  });

  it('waits for a book that is not there, and ends when it is deleted', async () => {
    const { graph } = scripted(
      [{ liveCursor: 'live', book: null }],
      [[told('c1', 1), told('c2', 2), told('c3', 3, 'DELETED')]],
    );
    expect((await all(watchBook(graph, 'n'))).map(({ cursor }) => cursor)).toEqual(['c1', 'c2']);
  });
});

describe('createAndFollow', () => {
  const input = { type: 'note', schemaId: 'note-v1', data: {} };
  const created = { createBlob: { blob: blobAt(1), userErrors: [], liveCursor: 'made' } };

  it('sends the same key until it is answered, and ends with the processing', async () => {
    const { graph, asked } = scripted(
      [coded(undefined), coded('OVERLOADED'), created, snapshot(1, 'live')],
      [[change(2), change(3, 'COMPLETED'), change(4)]],
    );
    expect(await versions(createAndFollow(graph, input))).toEqual([
      [1, 'live'],
      [2, 'c2'],
      [3, 'c3'],
    ]);
    const sent = asked.slice(0, 3) as [string, { input: { idempotencyKey: string } }][];
    expect(new Set(sent.map(([, variables]) => variables.input.idempotencyKey)).size).toBe(1);
    expect(sent[0]).toEqual([
      CreateBlobDocument,
      { input: { ...input, idempotencyKey: expect.stringMatching(/^[\da-f-]{36}$/) } },
    ]);
  });

  it.each(['STORED', 'COMPLETED', 'FAILED'] as const)('ends at once with what is %s', async (state) => {
    const { graph } = scripted([created, snapshot(1, 'live', state)], [[change(2)]]);
    expect(await versions(createAndFollow(graph, { ...input, idempotencyKey: 'mine' }))).toEqual([
      [1, 'live'],
    ]);
  });

  it('sends it again where the answer does not tell whether it is stored', async () => {
    const untold = { createBlob: { blob: null, userErrors: [], liveCursor: 'x' } };
    const { graph, asked } = scripted([untold, created, snapshot(1, 'live', 'STORED')]);
    expect(await versions(createAndFollow(graph, input))).toEqual([[1, 'live']]);
    expect(asked[0]).toEqual(asked[1]);
  });

  it('says which field a user can mend', async () => {
    const userErrors = [{ field: 'data.content', code: 'SCHEMA_VIOLATION', message: 'must be a string' }];
    const { graph } = scripted([{ createBlob: { blob: null, userErrors, liveCursor: 'x' } }]);
    const failing = all(createAndFollow(graph, input));
    await expect(failing).rejects.toThrow(InputError);
    await expect(failing).rejects.toMatchObject({ message: 'data.content: must be a string', userErrors });
  });
});
