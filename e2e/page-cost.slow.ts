import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewayService } from '../gateway/main.ts';
import { type ChangeFeed, openChangeFeed } from '../platform/changes/feed.ts';
import { createServiceHttp } from '../platform/clients/http/http.ts';
import { type Config, loadConfig, readSettings } from '../platform/config/config.ts';
import { signDevelopmentToken } from '../platform/identity/users/user-tokens.ts';
import { createPostgresRecords } from '../platform/processor/records/postgres/records.postgres.ts';
import { newRecord } from '../platform/processor/records/records.contract.fixture.ts';
import { databaseOf, processorService } from '../platform/processor/service.ts';
import type { SqlServer } from '../platform/sql/database.ts';
import { createLogger } from '../platform/telemetry/logger.ts';
import { currentTrace } from '../platform/telemetry/trace.ts';
import { testEgress, testTokens } from '../platform/testing/identity.ts';
import { memoryLog } from '../platform/testing/memory-log.ts';
import { observed } from '../platform/testing/observed.ts';
import { openTemporaryPglite } from '../platform/testing/pglite.ts';
import { startTestService, type TestService, viewer } from '../platform/testing/service.ts';
import { systemClock } from '../platform/time/clock.ts';
import { entryOfUserBlob } from '../subgraphs/state/entries/entry.ts';
import { stateService } from '../subgraphs/state/main.ts';
import { createPostgresStateStore } from '../subgraphs/state/store/postgres/store.postgres.ts';
import type { UserBlobRecord } from '../subgraphs/state/store/records.ts';
import {
  expansionDocument,
  startRegistry,
  type TestRegistry,
} from '../subgraphs/state/testing/registry.fixture.ts';
import expansion from '../subgraphs/text-expansion/processor.ts';
import { expandedTexts } from '../subgraphs/text-expansion/records.fixture.ts';
import { createGraphClient } from './harness/client.ts';
import { CORE_QUERY, type CoreAnswer } from './harness/operations.ts';

/** The core query costs as many requests to subgraphs, and statements in their stores, however many blobs it answers. */

let server: SqlServer;
let registry: TestRegistry;
let changes: ChangeFeed;
let gateway: TestService;
const services: TestService[] = [];
/** Requests to subgraphs and statements of requests, each with its subgraph. */
let asked: string[] = [];

const sql = async (name: string) =>
  observed(await server.database(name), (text) => {
    // Sweeps, which go on beside requests, have no trace.
    if (currentTrace()) asked.push(`${name}: ${text}`);
  });

async function start(...given: Parameters<typeof startTestService>): Promise<TestService> {
  const service = await startTestService(...given);
  services.push(service);
  return service;
}

/** A gateway that notes its requests. */
async function startGateway(urls: Partial<Config['urls']>) {
  const log = memoryLog();
  const config = loadConfig({});
  const http = createServiceHttp({
    urls: { ...config.urls, ...urls },
    tokens: testTokens('gateway'),
    egress: testEgress,
  });
  changes = openChangeFeed({ log, logger: createLogger('silent') });
  return start(gatewayService, {
    config: {
      services: Object.keys(urls) as Config['services'],
      settings: (schema) => readSettings(schema, { REQUESTS_PER_MINUTE: '0' }),
    },
    urls,
    eventLog: async () => log,
    changeFeed: async () => changes,
    http: {
      ...http,
      sendForText(target, call) {
        asked.push(`request to ${String(target)}`);
        return http.sendForText(target, call);
      },
    },
  });
}

beforeAll(async () => {
  server = await openTemporaryPglite();
  registry = await startRegistry(expansionDocument());
  const state = await start(stateService, { sql, urls: { processors: registry.url } });
  const texts = await start(processorService(expansion), { sql });
  gateway = await startGateway({ state: state.url, 'text-expansion': texts.url });
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await changes?.close();
  await registry?.close();
  await server?.close();
});

/** Drafts of a user, each with so many expansions, of one generation after another. */
async function fill(userId: string, drafts: number, expansions: number): Promise<void> {
  const store = createPostgresStateStore(await server.database('state'));
  const records = createPostgresRecords(await server.database(databaseOf(expansion)), expansion.records);
  for (let n = 1; n <= drafts; n += 1) {
    const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, n));
    const blob: UserBlobRecord = {
      ...{ id: `${userId}-${n}`, userId, schemaId: 'text-input-v1', schemaVersion: '1.0.0' },
      ...{ type: 'chapter_draft', title: `Chapter ${n}`, data: { content: `Chapter ${n}.` } },
      ...{ conversationId: null, bookId: 'my-novel', chapterNum: n, createdAt },
      ...{ inputHash: null, expectedProcessorIds: [], outbox: [] },
    };
    const entry = entryOfUserBlob(blob);
    await store.insertUserBlob(blob);
    await store.insertEntry(entry, []);
    for (let generation = 0; generation < expansions; generation += 1) {
      const sample = expandedTexts.sample(n);
      const record = newRecord(userId, sample, { sourceIds: [entry.id], generation, createdAt });
      const { stored } = await records.insert(record);
      await records.markRegistered(stored, createdAt);
      const derived = { processorId: 'text-expansion', storageLocation: 'text-expansion-db' };
      const { id, contentHash } = stored;
      await store.insertEntry({ ...entry, ...derived, id, sourceIds: [entry.id], contentHash }, []);
    }
  }
  await store.advanceSummary(userId);
}

/** Asks for the user's drafts. @returns what that cost, and how many blobs were answered */
async function ask(userId: string) {
  const key = await gateway.runtime.keys.userKey();
  const token = await signDevelopmentToken({ key, viewer: viewer(userId), clock: systemClock });
  const client = createGraphClient(gateway.url, token);
  asked = [];
  const { blobs } = await client.query<CoreAnswer>(CORE_QUERY, {
    first: 100,
    filter: { type: 'chapter_draft', processorId: 'state' },
  });
  const derived = blobs.nodes.flatMap((node) => node.derived.nodes);
  for (const { content } of derived) expect(content?.data?.expanded).toContain('Boxkämpfer');
  return { cost: asked.toSorted(), drafts: blobs.nodes.length, derived: derived.length };
}

const isRequest = (each: string) => each.startsWith('request');
const isOfTexts = (each: string) => each.startsWith(databaseOf(expansion));

/** The last page holds more than one operation gets of what the gateway keeps: it asks for the rest. */
const PAGES = [
  { drafts: 1, expansions: 1, isKept: true },
  { drafts: 10, expansions: 1, isKept: true },
  { drafts: 100, expansions: 1, isKept: true },
  { drafts: 100, expansions: 10, isKept: false },
];

it('requests and statements are as many for 1, 10, 100 and 1,000 expansions, kept by the gateway or not', async () => {
  const [cold, warm]: [string[][], string[][]] = [[], []];
  for (const { drafts, expansions, isKept } of PAGES) {
    const userId = `reader-of-${drafts * expansions}`;
    await fill(userId, drafts, expansions);
    const first = await ask(userId);
    expect(first).toMatchObject({ drafts, derived: drafts * expansions });
    cold.push(first.cost);
    if (!isKept) continue;
    // The gateway keeps nothing before it has caught up with the log.
    const requests = async () => (await ask(userId)).cost.filter(isRequest);
    await expect.poll(requests, { timeout: 30_000 }).toEqual(['request to state']);
    warm.push((await ask(userId)).cost);
  }
  expect(cold[0]?.filter(isRequest)).toEqual(['request to state', 'request to text-expansion']);
  expect(cold[0]?.filter(isOfTexts)).toHaveLength(1);
  expect(warm[0]?.filter(isOfTexts)).toEqual([]);
  for (const each of cold) expect(each).toEqual(cold[0]);
  for (const each of warm) expect(each).toEqual(warm[0]);
  expect((await ask('reader-of-1000')).cost).toEqual(cold[0]);
});
