import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startProcess, type TestedProcess } from '../cli/conformance/process.ts';
import { freePort } from '../cli/services/processes.ts';
import { derivedBlobId } from '../platform/ids/ids.ts';
import type { SqlServer } from '../platform/sql/database.ts';
import { openTemporaryPostgres } from '../platform/testing/postgres.ts';
import { createGraphClient, type GraphClient } from './harness/client.ts';
import { createDraft, deleteBlob, untilState } from './harness/operations.ts';
import { keyFile, PYTHON_PROCESSOR, python } from './harness/python.ts';
import { type System, startSystem } from './harness/system.ts';

/** A processor in another language joins a running system, as in docs/processor-contract.md. */

const read = (file: string): string => readFileSync(join(PYTHON_PROCESSOR, file), 'utf8');
const PATIENCE = { timeout: 60_000, interval: 100 };

let system: System;
let operator: GraphClient;
let client: GraphClient;
let stores: SqlServer;
let store: string;
let port: number;
let interpreter: string;
let processor: TestedProcess;

async function startProcessor(): Promise<void> {
  processor = await startProcess([interpreter, join(PYTHON_PROCESSOR, 'processor.py')], {
    ...system.environment,
    ...{
      GATEWAY_URL: system.urls.gateway,
      STATE_URL: system.urls.state,
      PROCESSORS_URL: system.urls.processors,
    },
    ...{
      POSTGRES_URL: store,
      PORT: String(port),
      WORD_COUNT_KEY_FILE: join(system.dataDir, 'word-count.pem'),
    },
  });
  await vi.waitFor(async () => {
    if (processor.ended() !== undefined) throw new Error(processor.output());
    expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
  }, PATIENCE);
}

/** Registers the processor, as an operator of the running system: without its subgraph, or with it. */
async function registerProcessor(subgraph?: { readonly sdl: string; readonly url: string }): Promise<void> {
  const registered = JSON.parse(read('registration.json')) as Record<string, unknown>;
  const text =
    'mutation ($input: RegisterProcessorInput!) { done: registerProcessor(input: $input) { userErrors { field message } } }';
  const input = {
    ...{
      id: registered['id'],
      name: registered['name'],
      storageType: 'POSTGRESQL',
      connectionString: 'its own',
    },
    ...{ databaseName: 'word_count', takes: [{ event: 'blob.created', schemaIds: ['text-input-v1'] }] },
    ...{ outputSchemaId: 'word-count-v1', graphqlType: 'WordCount', baseUrl: `http://127.0.0.1:${port}` },
    ...(subgraph && { subgraph }),
  };
  expect(await operator.query(text, { input })).toEqual({ done: { userErrors: [] } });
}

async function registerSchema(): Promise<void> {
  const schema =
    'mutation ($input: RegisterSchemaInput!) { done: registerSchema(input: $input) { userErrors { code message } } }';
  const definition = JSON.parse(read('word-count-v1.json'));
  const schemaInput = { id: 'word-count-v1', version: '1.0.0', definition };
  expect(await operator.query(schema, { input: schemaInput })).toEqual({ done: { userErrors: [] } });
}

const COUNTED = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      processing { runs { processorId state generation error { code } } }
      lineage { nodes { id } }
      derived(processorId: "word-count") {
        nodes { id title preview type parent { id } content { __typename ... on WordCount { words characters parentBlob { title } } } }
      }
    }
  }
`;
interface Counted {
  readonly blob: {
    readonly processing: {
      readonly runs: readonly {
        readonly processorId: string;
        readonly state: string;
        readonly error: unknown;
      }[];
    };
    readonly lineage: { readonly nodes: readonly { readonly id: string }[] };
    readonly derived: { readonly nodes: readonly { readonly id: string; readonly content: unknown }[] };
  } | null;
}
const counted = async (of: GraphClient, id: string) =>
  (await of.request<Counted>(COUNTED, { id })).data?.blob;

async function untilCounted(of: GraphClient, id: string) {
  await untilState(of, id, 'COMPLETED');
  const [node] = (await counted(of, id))?.derived.nodes ?? [];
  return node;
}

const stored = async (): Promise<string[]> => {
  const rows = await (await stores.database('word_count')).query<{ id: string }>(
    'SELECT id::text FROM word_counts',
  );
  return rows.map(({ id }) => id);
};

async function ask(name: 'cancelProcessing' | 'retryProcessing' | 'reprocess', blobId: string) {
  const text = `mutation ($blobId: ID!) {
    done: ${name}(blobId: $blobId, processorId: "word-count") { userErrors { code message } }
  }`;
  return (await client.query<{ done: { userErrors: object[] } }>(text, { blobId })).done.userErrors;
}

beforeAll(async () => {
  interpreter = await python();
  [system, port] = [await startSystem('real'), await freePort(undefined)];
  stores = openTemporaryPostgres();
  const database = await stores.database('word_count');
  const [named] = await database.query<{ name: string }>('SELECT current_database() AS name');
  store = `${system.environment['POSTGRES_URL']?.replace(/\/[^/]*$/, '')}/${named?.name}`;
  keyFile(system.dataDir);
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
  client = await system.client();
}, 600_000);
afterAll(async () => {
  await processor?.stop();
  await system?.stop();
  await stores?.close();
});

const DRAFT = 'It rained on the harbour all night.';

it('works from when an operator registered it, and has content once it was registered with its subgraph, without a restart', async () => {
  await startProcessor();
  await registerSchema();
  await registerProcessor();
  const draft = await createDraft(client, { content: DRAFT });
  await untilState(client, draft, 'COMPLETED');
  const id = derivedBlobId(draft, 'word-count', '1');
  expect(await stored()).toEqual([id]);
  const before = await client.request<{ blob: { content: object | null } }>(
    'query ($id: ID!) { blob(id: $id) { content { id } } }',
    { id },
  );
  expect(before).toMatchObject({
    data: { blob: { content: null } },
    errors: [{ extensions: { code: 'PROCESSOR_UNKNOWN' } }],
  });

  await registerProcessor({ sdl: read('schema.graphql'), url: `http://127.0.0.1:${port}/graphql` });
  await vi.waitFor(
    async () => expect((await client.request(COUNTED, { id: draft })).errors).toBeUndefined(),
    PATIENCE,
  );
  const blob = await counted(client, draft);
  expect(blob?.derived.nodes).toEqual([
    {
      ...{ id, preview: '7 words', type: 'word_count', parent: { id: draft } },
      title: expect.any(String),
      content: {
        __typename: 'WordCount',
        words: 7,
        characters: DRAFT.length,
        parentBlob: { title: expect.any(String) },
      },
    },
  ]);
  expect(blob?.lineage.nodes.map((node) => node.id)).toContain(id);
  // Others do not see it.
  expect(await counted(await system.client(), id)).toBeNull();
}, 300_000);

it('is told of by `blobChanged`, with its content', async () => {
  const text =
    'subscription { blobChanged { kind blob { processorId content { ... on WordCount { words } } } } }';
  interface Change {
    readonly blobChanged: {
      readonly kind: string;
      readonly blob: { readonly processorId: string; readonly content: object | null } | null;
    };
  }
  const changes = client.subscribe<Change>(text);
  let content: object | null = null;
  const hearing = (async () => {
    for await (const { data } of changes) {
      const { kind, blob } = data?.blobChanged ?? {};
      if (kind === 'DERIVED' && blob?.processorId === 'word-count') content = blob.content;
      if (content) return;
    }
  })();
  // A subscription has started once it receives a change.
  await vi.waitFor(async () => {
    await createDraft(client, { content: DRAFT, chapter: 2 });
    await vi.waitFor(() => expect(content).toEqual({ words: 7 }), { timeout: 5_000, interval: 50 });
  }, PATIENCE);
  await hearing;
});

it('does what came while it was away, and what is cancelled, retried and asked for anew', async () => {
  await processor.stop();
  const [waiting, cancelled] = [
    await createDraft(client, { content: 'One two three.', chapter: 3 }),
    await createDraft(client, { content: 'One two.', chapter: 4 }),
  ];
  expect(await ask('cancelProcessing', cancelled)).toEqual([]);
  await startProcessor();
  expect((await untilCounted(client, waiting))?.content).toMatchObject({ words: 3 });
  const run = async () =>
    (await counted(client, cancelled))?.processing.runs.find(
      ({ processorId }) => processorId === 'word-count',
    );
  expect(await run()).toMatchObject({ state: 'FAILED', error: { code: 'CANCELLED' } });
  expect((await counted(client, cancelled))?.derived.nodes).toEqual([]);
  expect(await ask('retryProcessing', cancelled)).toEqual([]);
  expect((await untilCounted(client, cancelled))?.content).toMatchObject({ words: 2 });

  expect(await ask('reprocess', cancelled)).toEqual([]);
  await vi.waitFor(async () => {
    const ids = (await counted(client, cancelled))?.derived.nodes.map(({ id }) => id) ?? [];
    expect(ids.toSorted()).toEqual(
      [0, 1].map((generation) => derivedBlobId(cancelled, 'word-count', '1', generation)).toSorted(),
    );
  }, PATIENCE);
});

it('erases what is deleted, and all that is a user’s', async () => {
  const draft = await createDraft(client, { content: DRAFT, chapter: 5 });
  const id = (await untilCounted(client, draft))?.id ?? '';
  expect(await stored()).toContain(id);
  expect((await deleteBlob(client, draft)).deletedIds).toContain(id);
  await vi.waitFor(async () => expect(await stored()).not.toContain(id), PATIENCE);

  const [leaving, userId] = [await system.client('leaving|1@example.com'), 'leaving|1@example.com'];
  const theirs = (await untilCounted(leaving, await createDraft(leaving, { content: DRAFT })))?.id ?? '';
  expect(await stored()).toContain(theirs);
  await operator.query('mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }', { id: userId });
  await vi.waitFor(async () => {
    const text = 'query ($id: ID!) { userErasure(id: $id) { state } }';
    expect(await operator.query(text, { id: userId })).toEqual({ userErasure: { state: 'COMPLETED' } });
  }, PATIENCE);
  expect(await stored()).not.toContain(theirs);
});

it('is held against the index by the reconciler', async () => {
  const draft = await createDraft(client, { content: DRAFT, chapter: 6 });
  const id = (await untilCounted(client, draft))?.id ?? '';
  const answer = await fetch(`${system.urls.gateway}/api/v1/reconciliations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ repair: false }),
  });
  const report = await answer.text();
  expect(report).not.toContain('word-count');
  expect(await stored()).toContain(id);
});

// Last, as it cannot be undone.
it('costs its own fields when it is gone, and is retired', async () => {
  const draft = await createDraft(client, { content: DRAFT, chapter: 7 });
  const id = (await untilCounted(client, draft))?.id ?? '';
  await processor.stop();
  const text = 'query ($id: ID!) { blob(id: $id) { preview content { ... on WordCount { words } } } }';
  const away = await client.request(text, { id });
  expect(away).toMatchObject({
    data: { blob: { preview: '7 words', content: null } },
    errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
  });
  const retire =
    'mutation { retireProcessor(id: "word-count") { processor { status } userErrors { code } } }';
  expect(await operator.query(retire)).toEqual({
    retireProcessor: { processor: { status: 'RETIRED' }, userErrors: [] },
  });
  await vi.waitFor(async () => {
    expect((await client.request(text, { id })).errors).toMatchObject([
      { extensions: { code: 'PROCESSOR_RETIRED' } },
    ]);
  }, PATIENCE);
  const after = await createDraft(client, { content: DRAFT, chapter: 8 });
  await untilState(client, after, 'COMPLETED');
  expect((await counted(client, after))?.processing.runs.map(({ processorId }) => processorId)).toEqual([
    'text-expansion',
  ]);
});
