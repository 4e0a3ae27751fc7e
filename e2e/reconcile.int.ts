import { join } from 'node:path';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { derivedBlobId } from '../platform/ids/ids.ts';
import { type MongoServer, openMongo } from '../platform/mongo/client.ts';
import type { GraphClient } from './harness/client.ts';
import { compileBook, coreQuery, createDraft, untilState } from './harness/operations.ts';
import { startProcess } from './harness/process.ts';
import { type System, startSystem } from './harness/system.ts';

let system: System;
let client: GraphClient;
let mongo: MongoServer;
let index: Db;
let texts: Db;

beforeAll(async () => {
  system = await startSystem('real', {
    intercept: ['text-expansion'],
    environment: { RECONCILE_GRACE_SECONDS: '0', RECONCILE_EVERY_SECONDS: '0' },
  });
  client = await system.client();
  const { MONGO_URL: url = '', NAMESPACE: namespace = '' } = system.environment;
  mongo = openMongo({ url, namespace });
  index = mongo.database('state');
  texts = mongo.database('text_expansion');
});
afterAll(async () => {
  await mongo?.close();
  await system?.stop();
});

const entries = () => index.collection<{ _id: string }>('blob_index');
const expanded = () => texts.collection<{ _id: string }>('expanded_texts');

async function reconcile(...args: string[]): Promise<{ code: number | null; output: string }> {
  const log = join(system.dataDir, 'output.log');
  const process = startProcess('cli/blobgraph.ts', system.environment, log, ['reconcile', ...args]);
  return { code: await process.gone, output: process.output() };
}

async function addDraft(chapter: number): Promise<{ draft: string; text: string }> {
  const content = `Chapter ${chapter}. The rain came down on the harbour, and Elspeth counted the boats.`;
  const draft = await createDraft(client, { content, chapter });
  await untilState(client, draft, 'COMPLETED');
  return { draft, text: derivedBlobId(draft, 'text-expansion', '1') };
}

/** The graph's blobs without versions, which grow. */
async function shown(): Promise<object> {
  const { nodes, totalCount } = await coreQuery(client);
  const withoutVersion = nodes.map(({ version, ...node }) => node);
  return { totalCount, nodes: withoutVersion.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}

it('makes whole what was lost of the index and of a store', async () => {
  const [kept, lost] = [await addDraft(1), await addDraft(2)];
  const { compiledBook } = await compileBook(client, { bookId: 'my-novel' });
  const book = compiledBook?.id ?? '';
  const before = await shown();
  expect(await reconcile()).toMatchObject({ code: 0 });

  // One expansion is lost from its store; the other, and its relations, from the index.
  await expanded().deleteOne({ _id: kept.text });
  await entries().deleteMany({ _id: { $in: [lost.draft, lost.text, book] } });
  // Old enough that its processor does not register it by itself.
  await expanded().updateOne({ _id: lost.text }, { $set: { created_at: new Date(0) } });

  system.proxy('text-expansion').intervene(({ path }) => (path.startsWith('/inventory') ? 'refuse' : 'pass'));
  const halfBlind = await reconcile('--json');
  expect(halfBlind.code).toBe(3);
  expect(JSON.parse(halfBlind.output)).toMatchObject({ unreachable: [{ processor_id: 'text-expansion' }] });
  expect(halfBlind.output).not.toContain('CONTENT_MISSING');
  system.proxy('text-expansion').release();

  const told = await reconcile();
  expect(told.code).toBe(1);
  for (const finding of [
    /UNINDEXED +state +1 +0/,
    /UNINDEXED +book-compiler +1 +0/,
    /CONTENT_MISSING +text-expansion +1 +0/,
  ])
    expect(told.output).toMatch(finding);
  expect(await entries().countDocuments({ _id: lost.draft })).toBe(0);

  await expect
    .poll(async () => (await reconcile('--repair')).output, { timeout: 90_000, interval: 1_000 })
    .toContain(': nothing is left to repair.');
  await expect.poll(() => reconcile(), { timeout: 60_000, interval: 500 }).toMatchObject({ code: 0 });
  expect(await shown()).toEqual(before);
});

it('tells of content that is gone by its own code', async () => {
  const { text } = await addDraft(3);
  await entries().updateOne({ _id: text }, { $set: { content_missing_since: new Date(0) } });
  const query = 'query ($id: ID!) { blob(id: $id) { contentMissingSince content { id } } }';
  const { data, errors } = await client.request<{ blob: object }>(query, { id: text });
  expect(data?.blob).toEqual({ contentMissingSince: '1970-01-01T00:00:00.000Z', content: null });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['CONTENT_MISSING']);
});
