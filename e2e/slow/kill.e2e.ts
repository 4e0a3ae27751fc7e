import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { ServiceName } from '../../platform/config/config.ts';
import type { GraphClient } from '../harness/client.ts';
import {
  compileBook,
  coreQuery,
  createBlob,
  createDraft,
  draftInput,
  untilState,
} from '../harness/operations.ts';
import type { Intervention, SeenRequest } from '../harness/proxy.ts';
import { type System, startSystem } from '../harness/system.ts';

let system: System;
let client: GraphClient;
/** All acknowledged drafts, by idempotency key. */
const acknowledged = new Map<string, { id: string; content: string }>();

beforeAll(async () => {
  system = await startSystem(inject('shape'), { intercept: ['state'] });
  client = await system.client();
});
afterEach(() => system.proxy('state').release());
afterAll(() => system?.stop());

/** Whether services can be killed separately. */
const apart = inject('shape') === 'processes';
const others: readonly ServiceName[] = apart ? ['processors', 'schemas', 'events'] : [];
const writers: readonly ServiceName[] = apart ? ['gateway', 'state'] : ['state'];

const isCreate = ({ body }: SeenRequest) =>
  String((body as { query?: string } | undefined)?.query).includes('createBlob');
const isRegistration = (processorId: string) => (request: SeenRequest) =>
  request.path === '/api/v1/runs/finish' &&
  (request.body as { processor_id: string }).processor_id === processorId;
const isBeginning = ({ path }: SeenRequest) => path === '/api/v1/runs/begin';

/** Kills a service while such a request is held, then starts it again. */
async function killWhen(
  service: ServiceName,
  matches: (request: SeenRequest) => boolean,
  moment: Intervention,
): Promise<void> {
  const proxy = system.proxy('state');
  proxy.intervene((request) => (matches(request) ? moment : 'pass'));
  await proxy.nextHeld();
  await system.process(service).kill();
  proxy.release();
  await system.restart(service);
}

let chapter = 0;
/** Stores a draft, retried with the same key until it is acknowledged. */
async function storeDraft(): Promise<string> {
  chapter += 1;
  const key = `chapter-${chapter}`;
  const content = `Chapter ${chapter}. The rain came down on the harbour, and Elspeth counted the boats.`;
  const input = draftInput({ content, book: 'killed', chapter, key });
  let id: string | undefined;
  await expect
    .poll(
      async () => {
        const { blob } = await createBlob(client, input).catch(() => ({ blob: null }));
        id = blob?.id;
        return id;
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBeTypeOf('string');
  if (id === undefined) throw new Error('Not stored');
  acknowledged.set(key, { id, content });
  return id;
}

describe('kill -9', () => {
  const creates = [
    ['gateway', 'before the state service hears of a mutation', 'hold-request'],
    ...writers.map((service) => [service, 'when a blob is stored and nobody told', 'hold-response'] as const),
  ] as const;
  it.each(creates)('of the %s service %s', async (service, _name, moment) => {
    const killed = killWhen(service, isCreate, moment);
    const id = await storeDraft();
    await killed;
    await untilState(client, id, 'COMPLETED');
  });

  /** Drafts whose expansion was interrupted; their events are redelivered after half a minute. */
  const cut: string[] = [];
  it.each([
    ['before computing', isBeginning, 'hold-request'],
    ['after storing, before registering', isRegistration('text-expansion'), 'hold-request'],
    ['after registering, before acknowledging', isRegistration('text-expansion'), 'hold-response'],
  ] as const)('of the text expansion %s', async (_name, matches, moment) => {
    const killed = killWhen('text-expansion', matches, moment);
    cut.push(await storeDraft());
    await killed;
  });

  it('cuts no expansion short for good', async () => {
    await Promise.all(cut.map((id) => untilState(client, id, 'COMPLETED', 120_000)));
  });

  it('of the book compiler after storing, before registering', async () => {
    const input = { bookId: 'killed', idempotencyKey: 'the-book' };
    const killed = killWhen('book-compiler', isRegistration('book-compiler'), 'hold-request');
    const answer = compileBook(client, input).catch(() => null);
    await killed;
    await answer;
    const query = '{ book(id: "killed") { compiled { nodes { id } } } }';
    interface Answer {
      book: { compiled: { nodes: { id: string }[] } };
    }
    // It finishes interrupted work by itself.
    await expect
      .poll(async () => (await client.query<Answer>(query)).book.compiled.nodes.length, {
        timeout: 90_000,
        interval: 500,
      })
      .toBe(1);
    const { compiledBook, userErrors } = await compileBook(client, input);
    expect(userErrors).toEqual([]);
    expect(compiledBook).toMatchObject({ version: 1, chapterCount: chapter });
    expect((await client.query<Answer>(query)).book.compiled.nodes).toEqual([{ id: compiledBook?.id }]);
  });

  it.each(others)('of the %s service while a draft is stored', async (service) => {
    await system.process(service).kill();
    const restarted = system.restart(service);
    const id = await storeDraft();
    await restarted;
    await untilState(client, id, 'COMPLETED');
  });

  it('has lost nothing and made nothing twice', async () => {
    const { nodes, totalCount } = await coreQuery(client, { filter: { type: 'chapter_draft' } });
    expect(acknowledged.size).toBe(4 + writers.length + others.length);
    expect(totalCount).toBe(acknowledged.size);
    for (const { id, content } of acknowledged.values()) {
      const node = nodes.find((one) => one.id === id);
      expect(node?.content?.body?.content).toBe(content);
      expect(node?.derived.nodes.filter(({ processorId }) => processorId === 'text-expansion')).toHaveLength(
        1,
      );
      expect(node?.derived.nodes[0]?.content?.data?.original ?? content).toBe(content);
    }
    const { me } = await client.query<{ me: { state: { totalBlobs: number; blobsByProcessor: object[] } } }>(
      '{ me { state { totalBlobs blobsByProcessor { processorId count } } } }',
    );
    expect(me.state.blobsByProcessor).toEqual([
      { processorId: 'book-compiler', count: 1 },
      { processorId: 'state', count: acknowledged.size },
      { processorId: 'text-expansion', count: acknowledged.size },
    ]);
    expect(me.state.totalBlobs).toBe(2 * acknowledged.size + 1);
  });
});

describe('a stop and a start', () => {
  it('keeps everything', async () => {
    const before = await coreQuery(client, { filter: { type: 'chapter_draft' } });
    const id = await createDraft(client, { content: 'One more.', book: 'another' });
    await system.restart('state');
    await untilState(client, id, 'COMPLETED');
    const after = await coreQuery(client, { filter: { type: 'chapter_draft', bookId: 'killed' } });
    expect(after.nodes).toEqual(before.nodes);
  });
});

const CREATE_MANY = /* GraphQL */ `
  mutation ($input: CreateBlobsInput!) {
    createBlobs(input: $input) { results { blob { id } userErrors { code } } userErrors { code } }
  }
`;
interface Many {
  createBlobs: { results: { blob: { id: string } | null; userErrors: object[] }[]; userErrors: object[] };
}

describe('kill -9 in the middle of many', () => {
  const COUNT = 400;
  const texts = Array.from({ length: COUNT }, (_, n) => `Note ${n}. It rained.`);
  const blobs = texts.map((text) => ({ type: 'note', schemaId: 'note-v1', data: { text } }));
  const input = { blobs, idempotencyKey: 'many' };
  let many: GraphClient;

  async function countOf(): Promise<number> {
    const { blobs: found } = await many.query<{ blobs: { totalCount: number } }>('{ blobs { totalCount } }');
    return found.totalCount;
  }
  async function ids(): Promise<(string | undefined)[]> {
    const { createBlobs } = await many.query<Many>(CREATE_MANY, { input });
    expect(createBlobs.userErrors).toEqual([]);
    return createBlobs.results.map(({ blob }) => blob?.id);
  }
  /** On a busy machine one request may end before all are stored: then it is sent again. */
  const allIds = () =>
    vi.waitFor(
      async () => {
        const found = await ids();
        expect(found).not.toContain(undefined);
        return found;
      },
      { timeout: 120_000 },
    );

  it('leaves whole blobs; sent again with the same key, all are there, each once', async () => {
    many = await system.client('many');
    const cut = ids().catch(() => null);
    await expect.poll(countOf, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
    await system.process('state').kill();
    await cut;
    await system.restart('state');
    expect(new Set(await allIds()).size).toBe(COUNT);
    expect(await countOf()).toBe(COUNT);
  });

  it('loses none when nobody was told: the same ids come again', async () => {
    const before = await allIds();
    const killed = killWhen('state', isCreate, 'hold-response');
    const cut = ids().catch(() => null);
    await killed;
    await cut;
    expect(await allIds()).toEqual(before);
    expect(await countOf()).toBe(COUNT);
    const { blob } = await many.query<{ blob: { content: { body: unknown } } }>(
      'query ($id: ID!) { blob(id: $id) { content { ... on UserBlob { body } } } }',
      { id: before[COUNT - 1] },
    );
    expect(blob.content.body).toEqual({ text: texts.at(-1) });
  });
});
