import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Blob, Blobs, type Change, followBlobs, Schema } from '../../examples/urql/blobs.ts';
import { createGraph } from '../../examples/urql/client.ts';
import { createDraft, liveCursor, untilState } from '../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';
import { type Behind, behindProxy, draftThenDeletion, storeNotes, twelveChanges } from './cut.fixture.ts';

let system: SharedSystem;
let behind: Behind;
let client: ReturnType<typeof createGraph>;
let told: Change[];
let ended: unknown[];
let unfollow: () => void;
const signIn = vi.fn();
/** Warnings of graphcache, e.g. about missing keys or unknown types. */
const warn = vi.spyOn(console, 'warn');

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());
beforeEach(async () => {
  behind = await behindProxy(system);
  const { http: url, token, retryWait } = behind;
  client = createGraph({ url, token, retryWait, signIn, webSocketImpl: WebSocket });
  told = [];
  ended = [];
  unfollow = () => {};
  warn.mockClear();
});
afterEach(async () => {
  unfollow();
  await behind.proxy.close();
  expect(ended).toEqual([]);
  expect(warn.mock.calls).toEqual([]);
});

async function follow(): Promise<void> {
  unfollow = await followBlobs(client, {
    changed: (change) => told.push(change),
    ended: (error) => ended.push(error),
  });
}

/** The ids in the cached list, and those of the index. */
const cached = () =>
  client.readQuery(Blobs, {}, { requestPolicy: 'cache-only' })?.data?.blobs.edges.map(({ node }) => node);
const afresh = async () => {
  const { data } = await client.query(Blobs, {}, { requestPolicy: 'network-only' }).toPromise();
  return data?.blobs.edges.map(({ node }) => node);
};

it('loses none of 12 changes and repeats none when the connection is cut in the middle', async () => {
  await follow();
  await twelveChanges(behind, await liveCursor(behind.user), told);
  const shown = cached();
  expect(shown).toHaveLength(12);
  expect(shown).toEqual(await afresh());
});

it('shows what becomes of a draft, and no more what was deleted', async () => {
  const [goneId = ''] = await storeNotes(behind.user, 'gone');
  await follow();
  await draftThenDeletion(behind, goneId, told);
  const shown = cached();
  expect(shown).toHaveLength(2);
  expect(shown).toEqual(await afresh());
});

it('keeps a blob’s entry and its content apart', async () => {
  const draftId = await createDraft(behind.user, { content: 'The lamp burned all night.' });
  await untilState(behind.user, draftId, 'COMPLETED');
  const first = await client.query(Blob, { id: draftId }).toPromise();
  const derivedId = first.data?.blob?.derived.edges[0]?.node.id ?? '';
  await client.query(Blob, { id: derivedId }).toPromise();
  const { data } = await client.query(Blob, { id: derivedId }, { requestPolicy: 'cache-only' }).toPromise();
  const sent = await behind.user.query<{ blob: { createdAt: string; content: { createdAt: string } } }>(
    'query ($id: ID!) { blob(id: $id) { createdAt content { ... on ExpandedText { createdAt } } } }',
    { id: derivedId },
  );
  expect(data?.blob).toMatchObject(sent.blob);
  expect(sent.blob.createdAt).not.toBe(sent.blob.content.createdAt);
});

it('shows a list page by page, each blob once', async () => {
  await storeNotes(behind.user, 'one', 'two', 'three', 'four', 'five');
  let after: string | null = null;
  for (const length of [2, 4, 5]) {
    const { data } = await client.query(Blobs, { first: 2, after }).toPromise();
    expect(data?.blobs.edges).toHaveLength(length);
    after = data?.blobs.pageInfo.endCursor ?? null;
  }
  const { data } = await client.query(Blobs, { first: 2, after: null }).toPromise();
  expect(data?.blobs.edges.map(({ node }) => node.title)).toEqual(['five', 'four', 'three', 'two', 'one']);
});

it('keeps versions of a schema apart', async () => {
  const variables = { id: 'expanded-text-v1', version: '1.0.0' };
  const { data } = await client.query(Schema, variables).toPromise();
  expect(data?.older?.version).toBe('1.0.0');
  expect(data?.newest?.version).not.toBe('1.0.0');
  const again = await client.query(Schema, variables, { requestPolicy: 'cache-only' }).toPromise();
  expect(again.data).toEqual(data);
});

it('says when the token is refused', async () => {
  const refused = createGraph({ url: behind.http, token: () => 'none', signIn, webSocketImpl: WebSocket });
  const { error } = await refused.query(Blobs, {}).toPromise();
  expect(error?.graphQLErrors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  expect(signIn).toHaveBeenCalledOnce();
});
