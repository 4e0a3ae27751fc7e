import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { GraphClient } from '../../harness/client.ts';
import { createBlob, createDraft, deleteBlob, untilState } from '../../harness/operations.ts';
import { mainJob, type System, startSystem } from '../../harness/system.ts';

const shape = inject('shape');
/** For the effects of a deletion. */
const PATIENCE = { timeout: 60_000, interval: 200 };
let system: System;

beforeAll(async () => {
  system = await startSystem(shape, { services: [...mainJob, 'text-insights'] });
});
afterAll(() => system?.stop());

const STORM = `Elspeth shut the window of the lighthouse in Lisbon. The rain came down on the harbour, and the boats pulled at
their ropes. In the morning the harbour was flat, and one of the boats was missing. Nobody had heard it go, and nobody
said a word about it until the lighthouse keeper came down the hill with his lamp and counted them again.`;

const INSIGHTS = /* GraphQL */ `
  query ($id: ID!, $first: Int = 10) {
    blob(id: $id) {
      processing { state runs { processorId state } }
      derived(processorId: "text-insights") {
        nodes {
          id
          preview
          content {
            __typename
            id
            ... on TextInsights {
              language wordCount characterCount sentenceCount readingSeconds isExcerpt
              keywords { word count }
              namedEntities { name kind count }
              parentBlob { id }
              nearDuplicates(first: $first) { blob { id type } similarity }
            }
          }
        }
      }
    }
  }
`;

interface Content {
  readonly __typename: string;
  readonly wordCount: number;
  readonly language: string | null;
  readonly keywords: readonly { readonly word: string; readonly count: number }[];
  readonly namedEntities: readonly { readonly name: string }[] | null;
  readonly nearDuplicates: readonly {
    readonly blob: { readonly id: string } | null;
    readonly similarity: number;
  }[];
}

interface Answer {
  readonly blob: {
    readonly derived: {
      readonly nodes: readonly { readonly id: string; readonly content: Content | null }[];
    };
  } | null;
}

async function insightsOf(client: GraphClient, id: string) {
  const { blob } = await client.query<Answer>(INSIGHTS, { id });
  const [node] = blob?.derived.nodes ?? [];
  if (!node?.content) throw new Error('There are no insights');
  return { id: node.id, ...node.content };
}

const likeOf = async (client: GraphClient, id: string) =>
  (await insightsOf(client, id)).nearDuplicates.map(({ blob }) => blob?.id);

async function message(client: GraphClient, content: string): Promise<string> {
  const { blob, userErrors } = await createBlob(client, {
    ...{ type: 'message', schemaId: 'message-v1', conversationId: 'a-talk', data: { content } },
  });
  expect(userErrors).toEqual([]);
  return blob?.id ?? '';
}

/** Deletes records from the store, as eviction does. */
async function drop(ids: readonly string[]): Promise<void> {
  const { REDIS_URL: url, NAMESPACE: namespace, DATA_DIR: folder = '' } = system.environment;
  if (!url) {
    await system.process('text-insights').stop();
    await rm(join(folder, 'redis'), { recursive: true });
    return system.restart('text-insights');
  }
  const redis = await createClient({ url }).connect();
  const dropped = await redis.del(ids.map((id) => `{${namespace}:text_insights}:r:${id}`));
  await redis.close();
  expect(dropped).toBe(ids.length);
}

describe('text insights', () => {
  it('are of drafts, messages and expansions, and tell of them', async () => {
    const client = await system.client();
    const draft = await createDraft(client, { content: STORM });
    await untilState(client, draft, 'COMPLETED');
    const talk = await message(
      client,
      'Did you hear the boat go? I did not hear a thing, and I never sleep.',
    );
    await untilState(client, talk, 'COMPLETED');
    expect(await insightsOf(client, draft)).toMatchObject({
      __typename: 'TextInsights',
      language: 'en',
      wordCount: 64,
      keywords: expect.arrayContaining([{ word: 'harbour', count: 2 }]),
      namedEntities: expect.arrayContaining([expect.objectContaining({ name: 'Lisbon' })]),
      parentBlob: { id: draft },
      nearDuplicates: [],
    });
    expect(await insightsOf(client, talk)).toMatchObject({ wordCount: 16 });
    const expansions = await client.query<{ blob: { derived: { nodes: { id: string }[] } } }>(
      'query ($id: ID!) { blob(id: $id) { derived(processorId: "text-expansion") { nodes { id } } } }',
      { id: draft },
    );
    const expansion = expansions.blob.derived.nodes[0]?.id ?? '';
    await untilState(client, expansion, 'COMPLETED');
    expect((await insightsOf(client, expansion)).wordCount).toBeGreaterThan(64);
  });

  it('find what the user wrote nearly the same, also later, and not what others wrote', async () => {
    const [client, other] = [await system.client(), await system.client()];
    const first = await createDraft(client, { content: STORM });
    const foreign = await createDraft(other, { content: STORM });
    await untilState(client, first, 'COMPLETED');
    await untilState(other, foreign, 'COMPLETED');
    expect(await likeOf(client, first)).toEqual([]);
    const second = await message(client, STORM.replace('his lamp', 'a lamp'));
    await untilState(client, second, 'COMPLETED');
    expect(await likeOf(client, first)).toEqual([second]);
    expect(await likeOf(client, second)).toEqual([first]);
    expect(await likeOf(other, foreign)).toEqual([]);
    const { errors } = await client.request(INSIGHTS, { id: first, first: 101 });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect((await deleteBlob(client, second)).userErrors).toEqual([]);
    // Its insights are deleted later; until then it reads as gone.
    await vi.waitFor(async () => expect(await likeOf(client, first)).toEqual([]), PATIENCE);
  });

  it('that the store has dropped are made again when they are asked for, and those of what was deleted are not', async () => {
    const client = await system.client();
    const drafts = [
      await createDraft(client, { content: STORM }),
      await createDraft(client, { content: `${STORM} Again.` }),
    ];
    const [kept = '', gone = ''] = drafts;
    for (const draft of drafts) await untilState(client, draft, 'COMPLETED');
    const before = await insightsOf(client, kept);
    const lost = await insightsOf(client, gone);
    await drop([before.id, lost.id]);
    expect((await deleteBlob(client, gone)).userErrors).toEqual([]);
    await vi.waitFor(
      async () => expect(await insightsOf(client, kept)).toEqual({ ...before, nearDuplicates: [] }),
      PATIENCE,
    );
    for (const [id, status] of [
      [before.id, 200],
      [lost.id, 404],
    ] as const) {
      const answer = await fetch(`${system.urls.gateway}/api/v1/processors/text-insights/blobs/${id}`, {
        headers: { authorization: `Bearer ${client.token}` },
      });
      expect(answer.status).toBe(status);
    }
  });
});
