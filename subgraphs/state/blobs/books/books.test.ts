import { beforeAll, describe, expect, it } from 'vitest';
import { processorDocument } from '../../testing/registry.fixture.ts';
import { announced, runCallsOn } from '../../testing/runs.fixture.ts';
import { HASH, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, registry, state } = runState();
const { announce, make } = runCallsOn(state);

const taken = { 'blob.created': ['text-input-v1'] };

beforeAll(() => {
  const onDemand = { input_schema_ids: ['text-input-v1'] };
  registry.put(processorDocument('binder', { ...onDemand, shown_as: 'book.compiled' }));
  registry.put(processorDocument('printer', { ...onDemand, shown_as: 'book.compiled' }));
  registry.put(processorDocument('pitch', onDemand));
  registry.put(processorDocument('rewriter', { shown_as: 'chapter.expanded', takes: taken }));
  registry.put(processorDocument('insights', { takes: taken }));
});

const BOOK = `{ book(id: "my-novel") {
  compiled(first: 5) { totalCount nodes { processorId } }
  chapters { chapterNum expanded { id } }
} }`;
interface Shown {
  book: {
    compiled: { totalCount: number; nodes: { processorId: string }[] };
    chapters: { chapterNum: number; expanded: { id: string } | null }[];
  };
}

describe('a book', () => {
  it('shows what processors that say so made of it, whoever they are, the newest first', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    for (const processor_id of ['binder', 'pitch', 'printer']) {
      const body = announced(caller, [draft], { processor_id, content_hash: HASH });
      expect((await announce(caller, body)).status).toBe(201);
    }
    const { data } = await state.graphql<Shown>(BOOK, {}, caller);
    expect(data?.book.compiled).toEqual({
      totalCount: 2,
      nodes: [{ processorId: 'printer' }, { processorId: 'binder' }],
    });
  });

  it('shows a chapter’s newest expansion by any of them', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    const expanded = async () => (await state.graphql<Shown>(BOOK, {}, caller)).data?.book.chapters;
    await make(caller, draft, { processor_id: 'insights' });
    expect(await expanded()).toEqual([{ chapterNum: 1, expanded: null }]);
    const first = await make(caller, draft);
    expect(await expanded()).toEqual([{ chapterNum: 1, expanded: { id: first } }]);
    const second = await make(caller, draft, { processor_id: 'rewriter' });
    expect(await expanded()).toEqual([{ chapterNum: 1, expanded: { id: second } }]);
  });

  it('tells processors what became of each chapter', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    const path = `/api/v1/users/${encodeURIComponent(caller.viewer.userId)}/books/my-novel`;
    const chapters = async () =>
      (await state.rest<{ book: { chapters: object[] } }>('GET', path, { caller })).body.book.chapters;
    expect(await chapters()).toMatchObject([
      { draft_blob_id: draft, expanded_blob_id: null, expansion_state: 'PENDING' },
    ]);
    const expanded_blob_id = await make(caller, draft);
    expect(await chapters()).toMatchObject([{ expanded_blob_id, expansion_state: 'COMPLETED' }]);
  });
});
