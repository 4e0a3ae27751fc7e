import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ServiceName } from '../../platform/config/config.ts';
import type { GraphClient } from '../harness/client.ts';
import { CORE_QUERY, type CoreAnswer, coreQuery, createDraft, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';

const owners = ['state', 'text-expansion', 'book-compiler'] as const satisfies ServiceName[];
const shape = inject('shape');
let system: System;

beforeAll(async () => {
  // Counts of requests must not depend on what the gateway keeps.
  system = await startSystem(shape, { intercept: owners, environment: { ENTITY_CACHE_MEBIBYTES: '0' } });
});
afterAll(() => system?.stop());

const requests = (service: ServiceName): number =>
  system.proxy(service).seen.filter(({ path }) => path.startsWith('/graphql')).length;

/** The number of expanded drafts. */
async function expanded(client: GraphClient): Promise<number> {
  const query = '{ blobs(filter: { type: "chapter_draft", state: COMPLETED }) { totalCount } }';
  return (await client.query<{ blobs: { totalCount: number } }>(query)).blobs.totalCount;
}

it.each([1, 30])('the core query over %i blobs costs one request a subgraph and plan step', async (count) => {
  const client = await system.client();
  const chapters = Array.from({ length: count }, (_, index) => index + 1);
  const draft = (chapter: number) =>
    createDraft(client, { content: `Chapter ${chapter}. It rained on the harbour.`, chapter });
  await pMap(chapters, draft, { concurrency: 8 });
  await expect.poll(() => expanded(client), { timeout: 120_000, interval: 200 }).toBe(count);
  await client.query('mutation { compileBook(input: { bookId: "my-novel" }) { userErrors { code } } }');
  for (const service of owners) system.proxy(service).forget();
  const { nodes } = await coreQuery(client, { filter: { type: 'chapter_draft' } });
  expect(nodes).toHaveLength(count);
  expect(nodes.every((node) => node.content?.body && node.derived.nodes[0]?.content?.data?.expanded)).toBe(
    true,
  );
  expect(Object.fromEntries(owners.map((service) => [service, requests(service)]))).toEqual({
    // One request for the page with all index fields.
    state: 1,
    'text-expansion': 1,
    // No draft is a book's direct source: the book is compiled from expansions.
    'book-compiler': 0,
  });
});

/** In one process a single service cannot be stopped: the proxy refuses its requests instead. */
async function takeAway(): Promise<void> {
  if (shape === 'processes') await system.process('text-expansion').kill();
  else system.proxy('text-expansion').intervene(() => 'refuse');
}

async function bringBack(): Promise<void> {
  if (shape === 'processes') await system.restart('text-expansion');
  else system.proxy('text-expansion').release();
}

describe('while the text expansion is away', () => {
  it('lists, lineage and books are whole, its content alone is null with a typed error', async () => {
    const client = await system.client();
    const done = await createDraft(client, { content: 'The first. It rained.', chapter: 1 });
    await untilState(client, done, 'COMPLETED');
    await takeAway();
    const waiting = await createDraft(client, { content: 'The second. It snowed.', chapter: 2 });
    const { data, errors } = await client.request<CoreAnswer>(CORE_QUERY);
    const nodes = data?.blobs.nodes ?? [];
    expect(nodes.filter(({ type }) => type === 'chapter_draft').map(({ id }) => id)).toEqual([waiting, done]);
    const expansion = nodes.find(({ id }) => id === done)?.derived.nodes[0];
    expect(expansion).toMatchObject({ processorId: 'text-expansion', parent: { id: done }, content: null });
    expect(nodes.every(({ type, content }) => type !== 'chapter_draft' || content?.body !== undefined)).toBe(
      true,
    );
    expect(errors?.length).toBeGreaterThan(0);
    for (const { extensions } of errors ?? []) {
      expect(extensions).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', service: 'text-expansion' });
    }

    const { blob, book } = await client.query<{
      blob: { lineage: { nodes: object[] } };
      book: { chapters: { draft: { id: string } }[] };
    }>(
      'query ($id: ID!) { blob(id: $id) { lineage { nodes { id } } } book(id: "my-novel") { chapters { draft { id } expanded { id } } } }',
      { id: done },
    );
    expect(blob.lineage.nodes).toHaveLength(2);
    expect(book.chapters.map(({ draft }) => draft.id)).toEqual([done, waiting]);

    const ready = await fetch(`${system.urls.gateway}/ready`);
    expect(ready.status).toBe(200);
    await expect
      .poll(async () => JSON.stringify(await (await fetch(`${system.urls.gateway}/ready`)).json()), {
        timeout: 15_000,
      })
      .toContain('degraded');

    await bringBack();
    await untilState(client, waiting, 'COMPLETED', 60_000);
    const after = await client.request<CoreAnswer>(CORE_QUERY);
    expect(after.errors).toBeUndefined();
    expect(
      after.data?.blobs.nodes.flatMap(({ derived }) => derived.nodes).filter(({ content }) => content?.data),
    ).toHaveLength(2);
  });
});
