import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { createBlob, createDraft, deleteBlob, untilState } from '../harness/operations.ts';
import { type OtherGateway, startOtherGateway } from '../harness/other-gateway.ts';
import { type System, startSystem } from '../harness/system.ts';

/**
 * A query that is sent after a mutation was acknowledged sees it, through whichever gateway, while others ask the same:
 * what they are answered is from before. On real servers there are two gateways.
 */

/** On real servers a race takes ten times as long. */
const RACES = { embedded: 4_000, real: 400, processes: 400 } as const;
const USERS = 16;
const DELETIONS = 8;
const TAKES_AT_MOST = 3_600_000;

let system: System;
let gateways: readonly string[];
let other: OtherGateway | undefined;

beforeAll(async () => {
  system = await startSystem(inject('shape'));
  // The embedded log is that of one process.
  if (system.shape !== 'embedded') other = await startOtherGateway(system);
  gateways = [system.urls.gateway, ...(other ? [other.url] : [])];
});
afterAll(async () => {
  await other?.stop();
  await system?.stop();
});

/** One user at every gateway. */
async function userAt(name: string): Promise<readonly GraphClient[]> {
  const token = await system.token(name);
  return gateways.map((url) => createGraphClient(url, token));
}

const TITLE = '{ book(id: "b") { title } }';
const titleAt = async (client: GraphClient) =>
  (await client.query<{ book: { title: string } | null }>(TITLE)).book?.title;

const CONTENT =
  'query ($id: ID!) { blob(id: $id) { content { ... on ExpandedText { data { expanded } } } } }';
interface Content {
  readonly blob: { readonly content: { readonly data: { readonly expanded: string } } | null } | null;
}
const contentAt = async (client: GraphClient, id: string) =>
  (await client.query<Content>(CONTENT, { id })).blob;

const NEWEST = '{ blobs(first: 1) { nodes { id } } }';
const newestAt = async (client: GraphClient) =>
  (await client.query<{ blobs: { nodes: { id: string }[] } }>(NEWEST)).blobs.nodes[0]?.id;

async function rename(client: GraphClient, title: string): Promise<void> {
  const mutation =
    'mutation ($title: String!) { updateBook(input: { id: "b", title: $title }) { userErrors { code } } }';
  const { updateBook } = await client.query<{ updateBook: { userErrors: object[] } }>(mutation, { title });
  expect(updateBook.userErrors).toEqual([]);
}

/** A blob that no processor takes. */
const note = (turn: number) => ({ type: 'note', schemaId: 'note-v1', data: { text: `Note ${turn}.` } });

/** A mutation at one gateway, then a query at another, while others of the same user ask the same. */
async function race(turn: number, clients: readonly GraphClient[]): Promise<void> {
  const [writer, reader] = [clients[turn % clients.length], clients[(turn + 1) % clients.length]];
  if (!writer || !reader) throw new Error('There is no gateway');
  if (turn % 10 === 9) {
    const polls = clients.map((client) => newestAt(client));
    const { blob } = await createBlob(writer, note(turn));
    expect(await newestAt(reader)).toBe(blob?.id);
    await Promise.all(polls);
    return;
  }
  const polls = clients.map((client) => titleAt(client));
  await rename(writer, `Title ${turn}`);
  expect(await titleAt(reader)).toBe(`Title ${turn}`);
  await Promise.all(polls);
}

it('in thousands of races of a mutation and a query', { timeout: TAKES_AT_MOST }, async () => {
  const users = await Promise.all(
    Array.from({ length: USERS }, async (_, index) => {
      const clients = await userAt(`racer-${index}`);
      const mutation = 'mutation { createBook(input: { id: "b", title: "B" }) { userErrors { code } } }';
      await clients[0]?.query(mutation);
      return clients;
    }),
  );
  const turns = Array.from({ length: Math.ceil(RACES[system.shape] / USERS) }, (_, turn) => turn);
  await Promise.all(
    users.map(async (clients) => {
      for (const turn of turns) await race(turn, clients);
    }),
  );
});

it('a deleted blob, whose content every gateway keeps', { timeout: TAKES_AT_MOST }, async () => {
  const clients = await userAt('deleter');
  const [client] = clients;
  if (!client) throw new Error('There is no gateway');
  for (let count = 0; count < DELETIONS; count += 1) {
    const content = `The boat ${count} came back to the harbour in the rain.`;
    const draft = await createDraft(client, { content, chapter: count + 1, book: 'boats' });
    await untilState(client, draft, 'COMPLETED');
    const { blob } = await client.query<{ blob: { derivedIds: string[] } }>(
      'query ($id: ID!) { blob(id: $id) { derivedIds } }',
      { id: draft },
    );
    const [expansion = ''] = blob.derivedIds;
    for (const each of [...clients, ...clients])
      expect((await contentAt(each, expansion))?.content?.data.expanded).toContain('boat');
    const writer = clients[count % clients.length] ?? client;
    const polls = clients.map((each) => contentAt(each, expansion));
    const { userErrors } = await deleteBlob(writer, count % 2 === 0 ? expansion : draft);
    expect(userErrors).toEqual([]);
    for (const each of clients) expect(await contentAt(each, expansion)).toBeNull();
    await Promise.all(polls);
  }
});
