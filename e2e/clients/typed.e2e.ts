import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  BlobChangedDocument,
  BlobDocument,
  BlobsDocument,
  CompileBookDocument,
  createAndFollow,
  DeleteBlobDocument,
  ExpansionProgressDocument,
  type Graph,
  GraphError,
  MeDocument,
  openGraph,
  ProcessingChangedDocument,
  RetryProcessingDocument,
  type SeenBlob,
  watchBlob,
  watchBook,
} from '../../client/index.ts';
import { writeChapter } from '../../examples/typed/follow.ts';
import { createDraft, liveCursor, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';
import { type Behind, behindProxy, type Told, twelveChanges } from './cut.fixture.ts';

let system: System;
let behind: Behind;
let graph: Graph;
/** Loops that a test began: their ends are waited for. */
let loops: Promise<unknown>[];

beforeAll(async () => {
  system = await startSystem(inject('shape'));
});
afterAll(() => system?.stop());
beforeEach(async () => {
  behind = await behindProxy(system);
  const { http: url, token, retryWait } = behind;
  graph = openGraph({ url, token, retryWait, webSocketImpl: WebSocket });
  loops = [];
});
afterEach(async () => {
  graph.close();
  await Promise.allSettled(loops);
  await behind.proxy.close();
});

const draft = (content: string, chapter = 1) => ({
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  data: { content, metadata: { book_id: 'typed', chapter_num: chapter } },
});

/** Collects what a loop tells, until the graph is closed. */
function collected<T>(seen: AsyncIterable<T>): T[] {
  const list: T[] = [];
  loops.push(
    (async () => {
      for await (const each of seen) list.push(each);
    })(),
  );
  return list;
}

describe('the typed client', () => {
  it('stores a draft and follows it to its end', async () => {
    const seen: SeenBlob[] = [];
    for await (const each of createAndFollow(graph, draft('The lamp burned all night.'))) seen.push(each);
    const versions = seen.map(({ blob }) => blob.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    const last = seen.at(-1)?.blob;
    expect(last).toMatchObject({ processing: { state: 'COMPLETED' }, derivedIds: [expect.any(String)] });
    const { data } = await graph.request(BlobDocument, { id: last?.derivedIds[0] ?? '' });
    expect(data.blob?.processorId).toBe('text-expansion');
  });

  it('stores it once, however often the connection is cut meanwhile', async () => {
    const input = { ...draft('The tide came in, and nobody saw it.', 2), idempotencyKey: 'tide' };
    const states: string[] = [];
    for await (const { blob } of createAndFollow(graph, input)) {
      states.push(blob.processing.state);
      behind.proxy.cut();
      behind.proxy.mend();
    }
    expect(states.at(-1)).toBe('COMPLETED');
    for await (const { blob } of createAndFollow(graph, input))
      expect(blob.processing.state).toBe('COMPLETED');
    const { data } = await graph.request(BlobsDocument, {
      filter: { bookId: 'typed', type: 'chapter_draft' },
    });
    expect(data.blobs.nodes.filter(({ title }) => title.startsWith('The tide'))).toHaveLength(1);
  });

  it('is what the documentation’s example needs', async () => {
    const chapter = { chapter: 3, content: 'It rained on the harbour.', saveId: 'save-3' };
    expect(await writeChapter(graph, chapter)).toBe('COMPLETED');
  });

  it('subscribes over a connection that is cut, losing nothing and repeating nothing', async () => {
    const after = await liveCursor(behind.user);
    const told: Told[] = [];
    loops.push(
      (async () => {
        for await (const { blobChanged } of graph.subscribe(BlobChangedDocument, { after }))
          told.push(blobChanged);
      })(),
    );
    await twelveChanges(behind, after, told);
  });

  it('watches a blob until it is deleted', async () => {
    const id = await createDraft(behind.user, { content: 'The boats pulled at their ropes.' });
    const seen = collected(watchBlob(graph, id));
    await expect.poll(() => seen.at(-1)?.blob.processing.state, { timeout: 60_000 }).toBe('COMPLETED');
    const { data } = await graph.request(DeleteBlobDocument, { id });
    expect(data.deleteBlob.userErrors).toEqual([]);
    await Promise.all(loops);
    expect((await graph.request(BlobDocument, { id })).data.blob).toBeNull();
  });

  it('watches a book from before it is there until it is compiled', async () => {
    const books = collected(watchBook(graph, 'watched'));
    const id = await createDraft(behind.user, { content: 'One. It snowed.', chapter: 1, book: 'watched' });
    await untilState(behind.user, id, 'COMPLETED');
    await expect
      .poll(() => books.at(-1)?.book.chapters.map(({ expanded }) => expanded !== null), { timeout: 60_000 })
      .toEqual([true]);
    const { data } = await graph.request(CompileBookDocument, { input: { bookId: 'watched' } });
    expect(data.compileBook.userErrors).toEqual([]);
    await expect
      .poll(() => books.at(-1)?.book.compiled.nodes[0]?.id, { timeout: 60_000 })
      .toBe(data.compileBook.compiledBook?.id);
  });

  it('hears of each step, and of the text while it is written', async () => {
    const { data } = await graph.request(MeDocument, {});
    expect(data.me.id).toBeTruthy();
    const steps = collected(
      graph.subscribe(ProcessingChangedDocument, { bookId: 'heard', after: await liveCursor(behind.user) }),
    );
    const texts = collected(graph.subscribe(ExpansionProgressDocument, {}));
    const ids: string[] = [];
    // Text is told to who listens, and kept nowhere: drafts are stored until one is written while the graph listens.
    const heard = async () => {
      const chapter = ids.length + 1;
      ids.push(await createDraft(behind.user, { content: 'Two. The wind rose.', chapter, book: 'heard' }));
      return texts.length;
    };
    await expect.poll(heard, { timeout: 60_000, interval: 500 }).toBeGreaterThan(0);
    expect(texts[0]?.expansionProgress).toMatchObject({ sections: 1, section: 0, offset: 0 });
    const completed = () =>
      steps.filter(({ processingChanged }) => processingChanged.state === 'COMPLETED').length;
    await expect.poll(completed, { timeout: 60_000 }).toBe(ids.length);
    expect(new Set(steps.map(({ processingChanged }) => processingChanged.blobId))).toEqual(new Set(ids));
  });

  it('says what was refused, with its code and request', async () => {
    const asked = graph.request(BlobsDocument, { first: 1_000_000 });
    await expect(asked).rejects.toThrow(GraphError);
    await expect(asked).rejects.toMatchObject({ code: expect.any(String), requestId: expect.any(String) });
    const { data } = await graph.request(RetryProcessingDocument, {
      blobId: crypto.randomUUID(),
      processorId: 'text-expansion',
    });
    expect(data.retryProcessing.userErrors).toHaveLength(1);
    await expect(async () => {
      for await (const _ of createAndFollow(graph, { ...draft(''), data: { content: 5 } }));
    }).rejects.toMatchObject({
      name: 'InputError',
      userErrors: [expect.objectContaining({ field: expect.stringContaining('content') })],
    });
  });

  it('ends with the token that is refused, and with a signal', async () => {
    const foreign = openGraph({ url: behind.http, token: () => 'x.y.z', webSocketImpl: WebSocket });
    await expect(foreign.request(MeDocument, {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(foreign.subscribe(BlobChangedDocument, {}).next()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    foreign.close();
    const signedOut = async () => {
      throw new Error('Signed out.');
    };
    const without = openGraph({ url: behind.http, token: signedOut, webSocketImpl: WebSocket });
    await expect(without.subscribe(BlobChangedDocument, {}).next()).rejects.toThrow('Signed out.');
    without.close();
    const leaving = new AbortController();
    const waiting = graph.subscribe(BlobChangedDocument, {}, { signal: leaving.signal }).next();
    leaving.abort(new Error('Gone.'));
    await expect(waiting).rejects.toThrow('Gone.');
  });

  it('tells a server that does not answer, and one that is no graph', async () => {
    const away = openGraph({ url: 'http://127.0.0.1:1/graphql', token: () => '' });
    await expect(away.request(MeDocument, {})).rejects.toMatchObject({ name: 'GraphError', code: undefined });
    const page = openGraph({ url: `${system.urls.gateway}/`, token: () => '' });
    await expect(page.request(MeDocument, {})).rejects.toMatchObject({ name: 'GraphError' });
  });
});
