import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Change, followBlobs } from '../../examples/relay/blobs.ts';
import { createEnvironment } from '../../examples/relay/environment.ts';
import {
  readBlob,
  readContents,
  readDerivedPage,
  readSchemas,
  shownTitles,
} from '../../examples/relay/reading.ts';
import { createDraft, liveCursor, untilState } from '../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';
import { type Behind, behindProxy, draftThenDeletion, storeNotes, twelveChanges } from './cut.fixture.ts';

let system: SharedSystem;
let behind: Behind;
let environment: ReturnType<typeof createEnvironment>;
let told: Change[];
let ended: unknown[];
let unfollow: () => void;
const signIn = vi.fn();

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());
beforeEach(async () => {
  behind = await behindProxy(system);
  const { http: url, token, retryWait } = behind;
  environment = createEnvironment({ url, token, retryWait, signIn, webSocketImpl: WebSocket });
  told = [];
  ended = [];
  unfollow = () => {};
});
afterEach(async () => {
  unfollow();
  await behind.proxy.close();
  expect(ended).toEqual([]);
});

async function follow(): Promise<void> {
  unfollow = await followBlobs(environment, {
    changed: (change) => told.push(change),
    ended: (error) => ended.push(error),
  });
}

it('loses none of 12 changes and repeats none when the connection is cut in the middle', async () => {
  await follow();
  await twelveChanges(behind, await liveCursor(behind.user), told);
  expect(shownTitles(environment)).toEqual([
    'twelve',
    'eleven',
    'ten',
    'nine',
    'eight',
    'seven',
    'six',
    'five',
    'four',
    'three',
    'two',
    'one',
  ]);
});

it('shows what becomes of a draft, and no more what was deleted', async () => {
  const [goneId = ''] = await storeNotes(behind.user, 'gone');
  await follow();
  expect(shownTitles(environment)).toEqual(['gone']);
  await draftThenDeletion(behind, goneId, told);
  expect(shownTitles(environment)).toHaveLength(2);
});

it('keeps a blob’s entry and its content apart', async () => {
  const draftId = await createDraft(behind.user, { content: 'The lamp burned all night.' });
  await untilState(behind.user, draftId, 'COMPLETED');
  const sent = await behind.user.query<{ blobs: { nodes: object[] } }>(
    '{ blobs { nodes { id createdAt content { id ... on ExpandedText { createdAt } } } } }',
  );
  const { blobs } = await readContents(environment);
  expect(blobs.nodes).toMatchObject(sent.blobs.nodes);
  expect(blobs.nodes).toHaveLength(2);
});

it('pages through what is derived of a blob in a fragment', async () => {
  const drafts = ['The lamp burned all night.', 'The lamp went out.'];
  const [draftId = ''] = await Promise.all(
    drafts.map((content, index) => createDraft(behind.user, { content, chapter: index + 1 })),
  );
  await untilState(behind.user, draftId, 'COMPLETED');
  for (const key of ['one', 'two'])
    await behind.user.query(
      'mutation ($input: CompileBookInput!) { compileBook(input: $input) { userErrors { message } } }',
      { input: { bookId: 'my-novel', useExpanded: false, idempotencyKey: key } },
    );
  const all = await behind.user.query<{ blob: { derived: { nodes: { id: string }[] } } }>(
    'query ($id: ID!) { blob(id: $id) { derived { nodes { id } } } }',
    { id: draftId },
  );
  const ids = all.blob.derived.nodes.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(1);
  let { derived } = await readBlob(environment, { id: draftId, first: 1 });
  for (const [page] of ids.entries()) {
    expect(derived.edges.map(({ node }) => node.id)).toEqual(ids.slice(0, page + 1));
    const after = derived.pageInfo.endCursor;
    expect(derived.pageInfo.hasNextPage).toBe(page + 1 < ids.length);
    if (derived.pageInfo.hasNextPage)
      ({ derived } = await readDerivedPage(environment, { id: draftId, first: 1, after }));
  }
});

it('keeps versions of a schema apart', async () => {
  const { older, newest } = await readSchemas(environment, { id: 'expanded-text-v1', version: '1.0.0' });
  expect(older?.version).toBe('1.0.0');
  expect(newest?.version).not.toBe('1.0.0');
});

it('says when the token is refused', async () => {
  const token = () => 'none';
  const refused = createEnvironment({ url: behind.http, token, signIn, webSocketImpl: WebSocket });
  await expect(readContents(refused)).rejects.toThrow();
  expect(signIn).toHaveBeenCalledOnce();
});
