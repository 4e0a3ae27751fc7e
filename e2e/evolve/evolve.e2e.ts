import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { placeOf } from '../../platform/clients/canary.ts';
import { derivedBlobId } from '../../platform/ids/ids.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { createDraft, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';
import { ID } from './ink.ts';
import { type Audience, type Load, newUsers, startAudience, startLoad } from './load.ts';
import { operatorOf, type Running, startVersion } from './operator.ts';

/**
 * A processor from outside joins a running graph, changes, is refused what would break clients, is rolled back, tried out
 * beside itself and retired, while users read, write and listen: no request of theirs fails, and no subscription ends.
 * Not embedded: there the log and the stores are within the system's one process, and nothing outside can work on them.
 */

const PATIENCE = { timeout: 120_000, interval: 250 };
const WRITERS = 2;
const LISTENERS = 10;
const SUBSCRIBERS_EACH = 10;

let system: System;
let operator: ReturnType<typeof operatorOf>;
let reader: GraphClient;
let load: Load;
let audiences: Audience[];
const running: Running[] = [];

beforeAll(async () => {
  // A service logs which graph it serves, which nothing else tells where clients see no difference.
  system = await startSystem(inject('shape'), { environment: { LOG_LEVEL: 'info' } });
  operator = operatorOf(
    createGraphClient(system.urls.gateway, await system.token('olga', ['operator'])),
    system,
  );
  reader = await system.client();
  const [users, listeners] = [await newUsers(system, WRITERS), await newUsers(system, LISTENERS - WRITERS)];
  audiences = [];
  for (const user of [...users, ...listeners]) audiences.push(await startAudience(user, SUBSCRIBERS_EACH));
  load = startLoad(users);
});
afterAll(async () => {
  await load?.stop();
  for (const audience of audiences ?? []) audience.close();
  for (const each of running) await each.process.kill();
  await system?.stop();
});

async function start(...args: Parameters<typeof startVersion> extends [unknown, infer Of] ? [Of] : never) {
  const started = await startVersion(system, ...args);
  running.push(started);
  return started;
}

/** The users' failures so far. */
const expectUntouched = () => {
  expect(load.failures).toEqual([]);
  expect(audiences.flatMap(({ ends }) => ends)).toEqual([]);
};

const inked = (fields: string) => `query Inked($id: ID!) {
  blob(id: $id) { derived(processorId: "${ID}") { nodes { id content { ... on Ink { ${fields} } } } } }
}`;

interface Inked {
  readonly blob: {
    readonly derived: { readonly nodes: readonly { readonly id: string; readonly content: object | null }[] };
  };
}

/** The content of a draft's one ink, or the code of the refusal. */
async function inkOf(draft: string, fields: string): Promise<object | string | null | undefined> {
  const { data, errors } = await reader.request<Inked>(inked(fields), { id: draft });
  return errors ? errors[0]?.extensions.code : data?.blob.derived.nodes[0]?.content;
}

const TEXT = 'It rained all night.';
const NOT_THERE = 'GRAPHQL_VALIDATION_FAILED';
let chapter = 0;
const draft = () => {
  chapter += 1;
  return createDraft(reader, { content: TEXT, chapter });
};

/** Waits until the gateway serves a version of the graph, so that nothing that begins later is asked of the one before. */
const untilServed = (version: number) =>
  expect
    .poll(() => system.process('gateway').output(), PATIENCE)
    .toMatch(new RegExp(`"service":"gateway","version":${version},.*supergraph is served`));

/** Waits until all that is made of a draft has ended. @returns how */
async function endOf(id: string): Promise<string> {
  const query = 'query End($id: ID!) { blob(id: $id) { processing { state } } }';
  const state = async () =>
    (await reader.query<{ blob: { processing: { state: string } } }>(query, { id })).blob.processing.state;
  await expect.poll(state, PATIENCE).toMatch(/^(COMPLETED|FAILED)$/);
  return state();
}

/** Waits until a draft is done. @returns by which of the versions its one ink was made */
async function versionOf(id: string, versions: readonly string[]): Promise<string> {
  await untilState(reader, id, 'COMPLETED');
  const { blob } = await reader.query<Inked>(inked('id'), { id });
  expect(blob.derived.nodes).toHaveLength(1);
  const maker = versions.find((each) => derivedBlobId(id, ID, each) === blob.derived.nodes[0]?.id);
  return maker ?? 'none of them';
}

/** Stores drafts until one is a candidate's with this share, or is not. @returns its id */
async function draftFor(candidate: string, share: number, isCandidates = true): Promise<string> {
  for (;;) {
    const id = await draft();
    if (placeOf(id, ID, candidate) < share === isCandidates) return id;
  }
}

it('evolves under load, and nobody notices who does not ask for it', async () => {
  // It joins.
  expect(await inkOf(await draft(), 'words')).toBe(NOT_THERE);
  expect((await operator.registerSchema()).userErrors).toEqual([]);
  const first = await start({ version: '1', fields: ['words: Int!'] });
  const joined = await operator.register(first);
  expect(joined.userErrors).toEqual([]);
  const early = await draft();
  await expect.poll(() => inkOf(early, 'words'), PATIENCE).toEqual({ words: 4 });
  expectUntouched();

  // It changes: another field, of another version, at another address.
  const second = await start({ version: '2', fields: ['words: Int!', 'letters: Int'] });
  const changed = await operator.register(second);
  expect(changed.userErrors).toEqual([]);
  const later = await draft();
  await expect.poll(() => inkOf(later, 'words letters'), PATIENCE).toEqual({ words: 4, letters: 17 });
  expect(await inkOf(early, 'words')).toEqual({ words: 4 });
  expectUntouched();

  // What would break those who ask is refused, and so is what does not compose.
  const third = await start({ version: '3', fields: ['letters: Int'], percent: 0 });
  const refusal = async () => {
    await inkOf(later, 'words');
    return (await operator.register(third, { dryRun: true })).userErrors[0];
  };
  await expect.poll(refusal, PATIENCE).toMatchObject({
    code: 'BREAKING_CHANGE',
    message: expect.stringContaining('Inked'),
  });
  expect((await operator.register(third)).userErrors).toMatchObject([{ code: 'BREAKING_CHANGE' }]);
  const stolen = second.sdl.replace(
    'type BlobIndex @key(fields: "id", resolvable: false) {',
    '$& title: String!',
  );
  expect((await operator.register({ ...second, sdl: stolen })).userErrors).toMatchObject([
    { code: 'COMPOSITION_FAILED' },
  ]);
  expect((await operator.withdrawCanary('3')).userErrors).toEqual([]);
  await third.process.stop();
  expect(await inkOf(later, 'words letters')).toEqual({ words: 4, letters: 17 });
  expectUntouched();

  // Back, and forth again.
  expect((await operator.rollBack(joined.supergraph?.version ?? 0)).userErrors).toEqual([]);
  await expect.poll(() => inkOf(later, 'letters'), PATIENCE).toBe(NOT_THERE);
  expect(await inkOf(later, 'words')).toEqual({ words: 4 });
  expect((await operator.rollBack(changed.supergraph?.version ?? 0)).userErrors).toEqual([]);
  await expect.poll(() => inkOf(later, 'letters'), PATIENCE).toEqual({ letters: 17 });
  await first.process.stop();
  expect(await inkOf(early, 'words')).toEqual({ words: 4 });
  expectUntouched();

  // A version that is tried out on a part, and promoted.
  const fourth = await start({ version: '4', fields: ['words: Int!', 'letters: Int'], percent: 50 });
  const both = ['2', '4'];
  await expect.poll(async () => versionOf(await draftFor('4', 0.5), both), PATIENCE).toBe('4');
  for (const isCandidates of [true, false, true, false])
    expect(await versionOf(await draftFor('4', 0.5, isCandidates), both)).toBe(isCandidates ? '4' : '2');
  expect((await operator.promote('4')).userErrors).toEqual([]);
  await expect.poll(async () => versionOf(await draft(), both), PATIENCE).toBe('4');
  const moved = await operator.current();
  expect(moved.subgraphs).toContainEqual({ name: ID, url: `${fourth.url}/graphql` });
  await untilServed(moved.version);
  await second.process.stop();
  expect(await inkOf(early, 'words letters')).toEqual({ words: 4, letters: 17 });
  expectUntouched();

  // One that is tried out, fails and is withdrawn: the present version makes what it did not.
  const fifth = await start({
    version: '5',
    fields: ['words: Int!', 'letters: Int'],
    percent: 100,
    fails: true,
  });
  let failing = '';
  const outcome = async () => {
    failing = await draft();
    return endOf(failing);
  };
  await expect.poll(outcome, PATIENCE).toBe('FAILED');
  expect((await operator.withdrawCanary('5')).userErrors).toEqual([]);
  await untilState(reader, failing, 'COMPLETED');
  await fifth.process.stop();
  expect(await versionOf(await draft(), ['4', '5'])).toBe('4');
  expectUntouched();

  // It leaves: those who asked for its type are named, until they are told.
  expect((await operator.withdrawSubgraph()).userErrors).toMatchObject([{ code: 'BREAKING_CHANGE' }]);
  // Entries of its blobs are listed; of their content it is told what became of it.
  load.allow('PROCESSOR_UNKNOWN');
  load.allow('PROCESSOR_RETIRED');
  expect((await operator.withdrawSubgraph(['Ink'])).userErrors).toEqual([]);
  await expect.poll(() => inkOf(early, 'words'), PATIENCE).toBe(NOT_THERE);
  expect((await operator.retire()).userErrors).toEqual([]);
  await fourth.process.stop();
  const last = await draft();
  await untilState(reader, last, 'COMPLETED');
  expectUntouched();
});

it('told every subscriber of every draft once, on the connection that it began with', async () => {
  await load.stop();
  expect(load.answered).toBeGreaterThan(100);
  for (const { client, followed } of audiences) {
    const drafts = load.drafts.get(client.token) ?? [];
    for (const { told } of followed) {
      const created = () => told.filter(({ kind }) => kind === 'CREATED').map(({ blobId }) => blobId);
      await expect.poll(created, PATIENCE).toEqual(drafts);
      expect(new Set(told.map(({ cursor }) => cursor)).size).toBe(told.length);
    }
  }
  expectUntouched();
  onTestFinished(() => {
    for (const audience of audiences) audience.close();
  });
});
