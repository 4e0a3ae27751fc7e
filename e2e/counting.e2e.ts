import pMap from 'p-map';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { ServiceName } from '../platform/config.ts';
import type { GraphClient } from './harness/client.ts';
import { coreQuery, createDraft } from './harness/operations.ts';
import { type System, startSystem } from './harness/system.ts';

const owners = ['state', 'text-expansion', 'book-compiler'] as const satisfies ServiceName[];
let system: System;

beforeAll(async () => {
  system = await startSystem(inject('shape'), { intercept: owners });
});
afterAll(() => system?.stop());

const requests = (service: ServiceName): number =>
  system.proxy(service).seen.filter(({ path }) => path.startsWith('/graphql')).length;

/** How many drafts have been expanded. */
async function expanded(client: GraphClient): Promise<number> {
  const query = '{ blobs(filter: { type: "chapter_draft", state: COMPLETED }) { totalCount } }';
  return (await client.query<{ blobs: { totalCount: number } }>(query)).blobs.totalCount;
}

it.each([1, 100])(
  'the core query over %i blobs costs one request a subgraph and plan step',
  async (count) => {
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
      // The page with all that the index knows of it; nothing else asks the state service.
      state: 1,
      'text-expansion': 1,
      // No draft was made into a book directly: it was made of expansions.
      'book-compiler': 0,
    });
  },
);
