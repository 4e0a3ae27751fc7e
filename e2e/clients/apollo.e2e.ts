import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { BLOB, BLOBS, type Change, CREATE, followBlobs, SCHEMA } from '../../examples/apollo/blobs.ts';
import { createGraph } from '../../examples/apollo/client.ts';
import { createDraft, liveCursor, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';
import { type Behind, behindProxy, draftThenDeletion, storeNotes, twelveChanges } from './cut.fixture.ts';

let system: System;
let behind: Behind;
let client: ReturnType<typeof createGraph>;
let told: Change[];
let following: { unsubscribe(): void } | undefined;
const signIn = vi.fn();

beforeAll(async () => {
  system = await startSystem(inject('shape'), { intercept: ['state'] });
});
afterAll(() => system?.stop());
beforeEach(async () => {
  behind = await behindProxy(system);
  const { http: url, token, retryWait } = behind;
  client = createGraph({ url, token, retryWait, signIn, webSocketImpl: WebSocket });
  told = [];
});
afterEach(async () => {
  following?.unsubscribe();
  client.stop();
  await behind.proxy.close();
});

async function follow(): Promise<void> {
  following = (await followBlobs(client)).subscribe((change) => told.push(change));
}

/** The ids in the cached list, and those of the index. */
const cached = () => client.readQuery({ query: BLOBS })?.blobs.edges.map(({ node }) => node);
const afresh = async () => {
  const { data } = await client.query({ query: BLOBS, fetchPolicy: 'no-cache' });
  return data?.blobs.edges.map(({ node }) => node);
};

it('loses none of 12 changes and repeats none when the connection is cut in the middle', async () => {
  await follow();
  await twelveChanges(behind, await liveCursor(behind.user), told);
  expect(cached()).toEqual(await afresh());
});

it('shows what becomes of a draft, and no more what was deleted', async () => {
  const [goneId = ''] = await storeNotes(behind.user, 'gone');
  await follow();
  await draftThenDeletion(behind, goneId, told);
  expect(cached()).toHaveLength(2);
  expect(cached()).toEqual(await afresh());
});

it('keeps a blob’s entry and its content apart, and what is derived of it page by page', async () => {
  const draftId = await createDraft(behind.user, { content: 'The lamp burned all night.' });
  await untilState(behind.user, draftId, 'COMPLETED');
  const first = await client.query({ query: BLOB, variables: { id: draftId, first: 1 } });
  const [edge] = first.data?.blob?.derived.edges ?? [];
  const derivedId = edge?.node.id ?? '';
  const { data } = await client.query({ query: BLOB, variables: { id: derivedId } });
  const sent = await behind.user.query<{ blob: { createdAt: string; content: { createdAt: string } } }>(
    'query ($id: ID!) { blob(id: $id) { createdAt content { ... on ExpandedText { createdAt } } } }',
    { id: derivedId },
  );
  expect(data?.blob).toMatchObject(sent.blob);
  expect(sent.blob.createdAt).not.toBe(sent.blob.content.createdAt);
  expect(Object.keys(client.cache.extract() as object)).toEqual(
    expect.arrayContaining([`BlobIndex:${derivedId}`, `ExpandedText:${derivedId}`, `UserBlob:${draftId}`]),
  );
});

it('shows a list page by page, each blob once', async () => {
  await storeNotes(behind.user, 'one', 'two', 'three', 'four', 'five');
  const watched = client.watchQuery({ query: BLOBS, variables: { first: 2 } });
  const shown = () => watched.getCurrentResult().data;
  const watching = watched.subscribe(() => {});
  await expect.poll(() => shown()?.blobs?.edges?.length).toBe(2);
  for (const length of [4, 5]) {
    await watched.fetchMore({ variables: { after: shown()?.blobs?.pageInfo?.endCursor ?? null } });
    await expect.poll(() => shown()?.blobs?.edges?.length).toBe(length);
  }
  expect(shown()?.blobs?.pageInfo?.hasNextPage).toBe(false);
  expect(shown()?.blobs?.edges?.map((edge) => edge?.node?.title)).toEqual([
    'five',
    'four',
    'three',
    'two',
    'one',
  ]);
  watching.unsubscribe();
});

it('keeps versions of a schema apart', async () => {
  const variables = { id: 'expanded-text-v1', version: '1.0.0' };
  const { data } = await client.query({ query: SCHEMA, variables });
  expect(data?.older?.version).toBe('1.0.0');
  expect(data?.newest?.version).not.toBe('1.0.0');
  expect(client.readQuery({ query: SCHEMA, variables })).toEqual(data);
});

it('says when the token is refused', async () => {
  const refused = createGraph({ url: behind.http, token: () => 'none', signIn, webSocketImpl: WebSocket });
  const { error } = await refused.query({ query: BLOBS });
  expect(error).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(signIn).toHaveBeenCalledOnce();
  refused.stop();
});

describe('what is refused for a moment', () => {
  const fetched = vi.spyOn(globalThis, 'fetch');
  const answers = () => fetched.mock.settledResults.filter(({ type }) => type === 'fulfilled').length;

  afterEach(() => system.proxy('state').release());

  it('is asked for again', async () => {
    const before = answers();
    system.proxy('state').intervene(() => (answers() === before ? 'refuse' : 'pass'));
    const { data, error } = await client.query({ query: BLOBS });
    expect(error).toBeUndefined();
    expect(data?.blobs?.edges).toEqual([]);
    expect(answers()).toBeGreaterThan(before + 1);
  });

  it('is not done twice, when it has no key to be known by', async () => {
    const before = answers();
    system.proxy('state').intervene(() => 'refuse');
    const input = { type: 'note', schemaId: 'note-v1', data: { content: 'once' } };
    const { error } = await client.mutate({ mutation: CREATE, variables: { input }, errorPolicy: 'all' });
    expect(error).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    expect(answers()).toBe(before + 1);
  });
});
