import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { compileBook, createDraft, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';

let system: System;
let operator: GraphClient;

beforeAll(async () => {
  system = await startSystem(inject('shape'));
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
});
afterAll(() => system?.stop());

type Change = 'pauseProcessor' | 'resumeProcessor' | 'retireProcessor';

async function change(client: GraphClient, name: Change, id: string) {
  const text = `mutation ($id: ID!) { done: ${name}(id: $id) { processor { status } userErrors { code } } }`;
  return client.request<{ done: { processor: { status: string }; userErrors: object[] } }>(text, { id });
}

interface Run {
  readonly state: string;
  readonly error: { readonly code: string } | null;
  readonly obstacle: { readonly code: string } | null;
}
const BLOB = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      contentMissingSince content { id } derived { nodes { id } }
      processing { runs { state error { code } obstacle { code } } }
    }
  }
`;
interface Blob {
  readonly contentMissingSince: string | null;
  readonly content: object | null;
  readonly derived: { readonly nodes: readonly { readonly id: string }[] };
  readonly processing: { readonly runs: readonly Run[] };
}
const read = async (client: GraphClient, id: string) =>
  (await client.request<{ blob: Blob }>(BLOB, { id })).data?.blob;

async function ask(client: GraphClient, name: 'cancelProcessing' | 'retryProcessing', blobId: string) {
  const text = `mutation ($blobId: ID!) {
    done: ${name}(blobId: $blobId, processorId: "text-expansion") { userErrors { code } }
  }`;
  return (await client.query<{ done: { userErrors: object[] } }>(text, { blobId })).done.userErrors;
}

const PATIENCE = { timeout: 60_000, interval: 100 };
const WAITING: Run = { state: 'PENDING', error: null, obstacle: { code: 'PROCESSOR_PAUSED' } };

/**
 * Stores drafts until one waits: earlier ones may still be done, as the pause takes time to spread.
 * @returns the waiting draft's id
 */
async function untilPaused(client: GraphClient): Promise<string> {
  const settled = [WAITING, { state: 'COMPLETED', error: null, obstacle: null }];
  return vi.waitUntil(async () => {
    const id = await createDraft(client, { content: 'It rained on the harbour.' });
    const run = await vi.waitUntil(async () => {
      const [first] = (await read(client, id))?.processing.runs ?? [];
      return settled.find((one) => JSON.stringify(one) === JSON.stringify(first));
    }, PATIENCE);
    return run === WAITING && id;
  }, PATIENCE) as Promise<string>;
}

describe('a paused processor', () => {
  it('has drafts wait and say why; they are done once each when it is resumed, but for what was cancelled', async () => {
    const client = await system.client();
    expect((await change(client, 'pauseProcessor', 'text-expansion')).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    const { data } = await change(operator, 'pauseProcessor', 'text-expansion');
    expect(data?.done).toEqual({ processor: { status: 'PAUSED' }, userErrors: [] });
    const kept = await untilPaused(client);
    const unwanted = await createDraft(client, { content: 'It snowed.', chapter: 2 });
    expect(await ask(client, 'retryProcessing', kept)).toEqual([{ code: 'PROCESSOR_PAUSED' }]);
    expect(await ask(await system.client(), 'cancelProcessing', unwanted)).toEqual([
      { code: 'BLOB_NOT_FOUND' },
    ]);
    expect(await ask(client, 'cancelProcessing', unwanted)).toEqual([]);

    await change(operator, 'resumeProcessor', 'text-expansion');
    await untilState(client, kept, 'COMPLETED');
    expect((await read(client, kept))?.derived.nodes).toHaveLength(1);
    const cancelled: Run = { state: 'FAILED', error: { code: 'CANCELLED' }, obstacle: null };
    expect(await read(client, unwanted)).toMatchObject({
      processing: { runs: [cancelled] },
      derived: { nodes: [] },
    });
    expect(await ask(client, 'retryProcessing', unwanted)).toEqual([]);
    await untilState(client, unwanted, 'COMPLETED');
    expect((await read(client, unwanted))?.derived.nodes).toHaveLength(1);
  });

  it('makes nothing at once, and says so by name', async () => {
    const client = await system.client();
    const id = await createDraft(client, { content: 'It rained on the harbour.' });
    await untilState(client, id, 'COMPLETED');
    await change(operator, 'pauseProcessor', 'book-compiler');
    const compile = async () =>
      (await compileBook(client, { bookId: 'my-novel' })).userErrors.map(({ code }) => code);
    await vi.waitFor(async () => expect(await compile()).toEqual(['PROCESSOR_PAUSED']), PATIENCE);
    await change(operator, 'resumeProcessor', 'book-compiler');
    await vi.waitFor(async () => expect(await compile()).toEqual([]), PATIENCE);
  });
});

// Last, as it cannot be undone.
it('a retired processor’s content reads as gone, its open runs fail, and a user is erased without it', async () => {
  const [client, userId] = [await system.client('user|retired@example.com'), 'user|retired@example.com'];
  const id = await createDraft(client, { content: 'It rained on the harbour.' });
  await untilState(client, id, 'COMPLETED');
  const made = (await read(client, id))?.derived.nodes[0]?.id ?? '';
  expect((await read(client, made))?.content).toEqual({ id: made });
  await change(operator, 'pauseProcessor', 'text-expansion');
  const open = await untilPaused(client);
  const { data } = await change(operator, 'retireProcessor', 'text-expansion');
  expect(data?.done).toEqual({ processor: { status: 'RETIRED' }, userErrors: [] });

  const failed: Run = { state: 'FAILED', error: { code: 'PROCESSOR_RETIRED' }, obstacle: null };
  await vi.waitFor(
    async () => expect((await read(client, open))?.processing.runs).toEqual([failed]),
    PATIENCE,
  );
  const gone = await client.request<{ blob: Blob }>(BLOB, { id: made });
  expect(gone.data?.blob).toMatchObject({ content: null, contentMissingSince: expect.any(String) });
  expect(gone.errors).toMatchObject([
    { path: ['blob', 'content'], extensions: { code: 'PROCESSOR_RETIRED' } },
  ]);
  expect(await ask(client, 'retryProcessing', open)).toEqual([{ code: 'PROCESSOR_RETIRED' }]);
  const stored = await createDraft(client, { content: 'Nobody expands it.', chapter: 3 });
  expect((await read(client, stored))?.processing.runs).toEqual([]);

  await operator.query('mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }', { id: userId });
  const REPORT =
    'query ($id: ID!) { userErasure(id: $id) { state stores { processorId left erasedAt retiredAt } } }';
  const without = { processorId: 'text-expansion', left: 0, erasedAt: null, retiredAt: expect.any(String) };
  await vi.waitFor(async () => {
    const { userErasure } = await operator.query<{ userErasure: object }>(REPORT, { id: userId });
    expect(userErasure).toMatchObject({ state: 'COMPLETED', stores: expect.arrayContaining([without]) });
  }, PATIENCE);
});
