import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { GraphClient } from './harness/client.ts';
import { CORE_QUERY, type CoreAnswer, createDraft, untilState } from './harness/operations.ts';
import { type System, startSystem } from './harness/system.ts';

const shape = inject('shape');
let system: System;
let client: GraphClient;
let done: string;

// In one process no service can be away alone: its fields are kept from the gateway by the proxy instead.
beforeAll(async () => {
  system = await startSystem(shape, { intercept: ['text-expansion'] });
  client = await system.client();
  done = await createDraft(client, { content: 'The first. It rained.', chapter: 1 });
  await untilState(client, done, 'COMPLETED');
});
afterAll(() => system?.stop());

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
