import { describe, expect, it, vi } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { derivedBlobId } from '../../platform/ids/ids.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import type { Run } from '../../platform/processor/kit/run.ts';
import { records } from '../../platform/processor/records/records.ts';
import { type KitSystem, operator, startKitSystem } from './system.fixture.ts';

const [FIRST, SECOND] = ['text-expansion', 'book-compiler'] as const;

const sdl = (type: string) => /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  interface Blob { id: ID! }
  type ${type} implements Blob @key(fields: "id") { id: ID!  text: String! }
`;

const textOf = (data: unknown) => {
  const { content, text } = data as { content?: string; text?: string };
  return content ?? text ?? '';
};

const wrapped =
  (word: string): Run<object> =>
  async ({ source }) => {
    const text = `${word}(${textOf(source.data)})`;
    return { preview: text, data: { text } };
  };

/** Takes users' drafts. */
const first = (run: Run<object> = wrapped('A')) =>
  defineProcessor({
    id: FIRST,
    version: '1',
    name: 'First',
    description: '',
    takes: { 'blob.created': ['text-input-v1'] },
    makes: { type: 'ExpandedText', schema: 'note-v1' },
    limits: { concurrency: 3, seconds: 30 },
    records: records('firsts', { store: 'postgresql' }),
    run,
  });

/** Takes results of the first, and users' drafts as well. */
const second = (run: Run<object> = wrapped('B')) =>
  defineProcessor({
    id: SECOND,
    version: '1',
    name: 'Second',
    description: '',
    takes: { 'blob.indexed': ['note-v1'], 'blob.created': ['text-input-v1'] },
    makes: { type: 'CompiledBook', schema: 'compiled-book-v1' },
    limits: { concurrency: 3, seconds: 30 },
    records: records('seconds', { store: 'postgresql' }),
    run: async (request, opened) => {
      const { preview, data } = await run(request, opened);
      const { text } = data as { text: string };
      const rest = { book_id: 'b', version: 1, word_count: 1, chapter_count: 1, compile_config: {} };
      return { preview, data: { ...rest, full_text: text, source_blob_ids: [request.source.id] } };
    },
  });

type Caller = ReturnType<KitSystem['newUser']>;

async function startChain(runs: { first?: Run<object>; second?: Run<object> } = {}) {
  const system = await startKitSystem();
  await system.start(first(runs.first), sdl('ExpandedText'));
  await system.start(second(runs.second), sdl('CompiledBook'));
  const caller = system.newUser();
  const ids = (draft: string, generation = 0) => {
    const a = derivedBlobId(draft, FIRST, '1', generation);
    return { draft, a, b: derivedBlobId(a, SECOND, '1'), beside: derivedBlobId(draft, SECOND, '1') };
  };
  const preview = async (id: string) => (await system.blob(caller, id))?.preview;
  return { ...system, caller, ids, preview };
}

const mutate = async (system: Pick<KitSystem, 'state'>, caller: Caller, text: string, id: string) => {
  const { data, errors } = await system.state.graphql<Record<string, { userErrors: object[] }>>(
    `mutation ($id: ID!) { ${text} }`,
    { id },
    caller,
  );
  expect(errors).toBeUndefined();
  for (const payload of Object.values(data ?? {})) expect(payload.userErrors).toEqual([]);
};

describe('a chain', () => {
  it('gives each processor its source from whoever made that, users’ and derived alike', async () => {
    const { createDraft, caller, ids, preview } = await startChain();
    const chain = ids(await createDraft(caller, 'x'));
    await expect.poll(() => preview(chain.b)).toBe('B(A(x))');
    await expect.poll(() => preview(chain.beside)).toBe('B(x)');
    expect(await preview(chain.a)).toBe('A(x)');
  });

  it('goes with its root', async () => {
    const system = await startChain();
    const { createDraft, caller, ids, preview, blob } = system;
    const chain = ids(await createDraft(caller, 'x'));
    await expect.poll(() => preview(chain.b)).toBe('B(A(x))');
    await expect.poll(() => preview(chain.beside)).toBe('B(x)');
    await mutate(system, caller, 'deleteBlob(id: $id) { userErrors { code } }', chain.draft);
    for (const id of Object.values(chain)) expect(await blob(caller, id)).toBeNull();
    for (const [processor, id] of [
      [system.service(FIRST), chain.a],
      [system.service(SECOND), chain.b],
      [system.service(SECOND), chain.beside],
    ] as const) {
      await expect
        .poll(async () => (await processor.rest('GET', `/blobs/${id}`, { caller })).status)
        .toBe(404);
    }
  });

  it('whose link fails says so at its source, and goes on when that is retried', async () => {
    let fails = true;
    const run = vi.fn<Run<object>>(async (request, opened) => {
      if (fails) throw new BlobgraphError('MODEL_FAILED', 'The model refused.');
      return wrapped('B')(request, opened);
    });
    const system = await startChain({ second: run });
    const { createDraft, caller, ids, preview, blob, log } = system;
    const chain = ids(await createDraft(caller, 'x'));
    await expect
      .poll(async () => (await blob(caller, chain.a))?.processing)
      .toMatchObject({ state: 'FAILED', runs: [{ processorId: SECOND, error: { code: 'MODEL_FAILED' } }] });
    await expect.poll(async () => (await log.deadLetters()).length).toBe(2);
    fails = false;
    const retry = `retryProcessing(blobId: $id, processorId: "${SECOND}") { userErrors { code } }`;
    await mutate(system, caller, retry, chain.a);
    await expect.poll(() => preview(chain.b)).toBe('B(A(x))');
    // The other is replayed from the dead letters.
    for (const { id } of await log.deadLetters()) await log.replayDeadLetter(id);
    await expect.poll(() => preview(chain.beside)).toBe('B(x)');
  });

  it('is made anew from the link that is made anew, and what was made before stays', async () => {
    let word = 'A';
    const system = await startChain({ first: (request, opened) => wrapped(word)(request, opened) });
    const { createDraft, caller, ids, preview, blob } = system;
    const draft = await createDraft(caller, 'x');
    const [before, after] = [ids(draft), ids(draft, 1)];
    await expect.poll(() => preview(before.b)).toBe('B(A(x))');
    word = 'C';
    const reprocess = `reprocess(blobId: $id, processorId: "${FIRST}") { userErrors { code } }`;
    await mutate(system, caller, reprocess, draft);
    await expect.poll(() => preview(after.b)).toBe('B(C(x))');
    expect(await preview(before.b)).toBe('B(A(x))');
    const { derived, processing } = (await blob(caller, draft)) ?? {};
    expect(derived?.nodes.filter(({ processorId }) => processorId === FIRST)).toHaveLength(2);
    expect(processing?.runs.find(({ processorId }) => processorId === FIRST)).toMatchObject({
      generation: 1,
    });
  });
});

describe('what chains hold', () => {
  it('is made again link by link when the stores have lost it', async () => {
    const system = await startChain();
    const { createDraft, caller, ids, preview, blob, reconcile, service, lose } = system;
    const chain = ids(await createDraft(caller, 'x'));
    await expect.poll(() => preview(chain.b)).toBe('B(A(x))');
    await expect.poll(() => preview(chain.beside)).toBe('B(x)');
    const settled = async () =>
      Promise.all([chain.draft, chain.a].map(async (id) => (await blob(caller, id))?.processing.state));
    await expect.poll(settled).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await reconcile()).toEqual([]);

    await lose('text_expansion', 'firsts');
    await lose('book_compiler', 'seconds');
    expect(await reconcile()).toEqual(
      expect.arrayContaining([`CONTENT_MISSING ${FIRST} 1 1`, `CONTENT_MISSING ${SECOND} 2 2`]),
    );
    const read = async (processor: typeof FIRST | typeof SECOND, id: string) =>
      (await service(processor).rest('GET', `/blobs/${id}`, { caller })).status;
    await expect.poll(() => read(FIRST, chain.a)).toBe(200);
    await expect.poll(() => read(SECOND, chain.beside)).toBe(200);
    // Waits until its source exists again.
    await expect
      .poll(
        async () => {
          await reconcile();
          return read(SECOND, chain.b);
        },
        { timeout: 20_000 },
      )
      .toBe(200);
    await expect.poll(reconcile, { timeout: 20_000 }).toEqual([]);
  });

  it('goes from every store with its user', async () => {
    const system = await startChain();
    const { createDraft, caller, ids, preview, service, state } = system;
    const chain = ids(await createDraft(caller, 'x'));
    await expect.poll(() => preview(chain.b)).toBe('B(A(x))');
    await expect.poll(() => preview(chain.beside)).toBe('B(x)');
    const erase = 'mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }';
    await state.graphql(erase, { id: caller.viewer.userId }, operator);
    const query = 'query ($id: ID!) { userErasure(id: $id) { state stores { processorId left } } }';
    const erasure = async () =>
      (
        await state.graphql<{ userErasure: { state: string; stores: { left: number }[] } }>(
          query,
          { id: caller.viewer.userId },
          operator,
        )
      ).data?.userErasure;
    await expect.poll(async () => (await erasure())?.state, { timeout: 40_000 }).toBe('COMPLETED');
    expect((await erasure())?.stores.every(({ left }) => left === 0)).toBe(true);
    for (const [processor, id] of [
      [FIRST, chain.a],
      [SECOND, chain.b],
      [SECOND, chain.beside],
    ] as const)
      expect((await service(processor).rest('GET', `/blobs/${id}`, { caller })).status).toBe(404);
  });
});

describe('a processor that comes later', () => {
  const BACKFILL = `mutation ($id: ID!) { backfill(processorId: $id) { backfill { state } userErrors { code message } } }`;

  it('makes what it would have made of what is there, when it is told to, and nothing twice', async () => {
    const system = await startKitSystem();
    await system.start(first(), sdl('ExpandedText'));
    const caller = system.newUser();
    const drafts = await Promise.all(
      Array.from({ length: 12 }, (_, index) => system.createDraft(caller, `${index}`)),
    );
    const firsts = drafts.map((draft) => derivedBlobId(draft, FIRST, '1'));
    for (const id of firsts) await expect.poll(() => system.blob(caller, id)).not.toBeNull();
    // Empties the log, so that the new processor finds these blobs only in the index.
    await system.forget();

    const run = vi.fn(wrapped('B'));
    await system.start(second(run), sdl('CompiledBook'));
    const asked = () =>
      system.state.graphql<{ backfill: { userErrors: object[] } }>(BACKFILL, { id: SECOND }, operator);
    expect((await asked()).data?.backfill.userErrors).toEqual([]);
    for (const id of [...firsts, ...drafts]) {
      const made = derivedBlobId(id, SECOND, '1');
      await expect.poll(() => system.blob(caller, made), { timeout: 60_000 }).not.toBeNull();
    }
    const QUERY = `query ($id: ID!) { backfill(processorId: $id) { state } }`;
    const state = async () =>
      (await system.state.graphql<{ backfill: { state: string } }>(QUERY, { id: SECOND }, operator)).data;
    await expect.poll(state, { timeout: 60_000 }).toEqual({ backfill: { state: 'COMPLETED' } });
    expect(run).toHaveBeenCalledTimes(24);
    await asked();
    await expect.poll(state, { timeout: 60_000 }).toEqual({ backfill: { state: 'COMPLETED' } });
    expect(run).toHaveBeenCalledTimes(24);
  });
});
