import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Followed, follow } from '../../examples/fetch/follow.ts';
import { ask } from '../../examples/fetch/graph.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';
import {
  type Behind,
  behindProxy,
  changesUntil,
  storeNotes,
  type Told,
  twelveChanges,
} from './cut.fixture.ts';

const BLOBS = '{ blobs { liveCursor nodes { id title } } }';
const CHANGES =
  'subscription ($after: String) { blobChanged(after: $after) { cursor blobId version blob { title } } }';

let system: SharedSystem;
let behind: Behind;
let graph: Followed;
let told: Told[];

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());
beforeEach(async () => {
  behind = await behindProxy(system);
  const { http: url, token, retryWait } = behind;
  // Built into browsers, and into Node from 22.
  graph = { url, token, retryWait, WebSocket: WebSocket as unknown as typeof globalThis.WebSocket };
  told = [];
});
afterEach(() => behind.proxy.close());

const start = async () =>
  (await ask<{ blobs: { liveCursor: string; nodes: object[] } }>(graph, BLOBS)).data.blobs.liveCursor;

async function followUntil(after: string, title: string): Promise<void> {
  for await (const change of follow<Told & { blob: { title: string } }>(graph, CHANGES, { after })) {
    told.push(change);
    if (change.blob.title === title) return;
  }
}

it('loses none of 12 changes and repeats none when the connection is cut in the middle', async () => {
  const after = await start();
  const ended = followUntil(after, 'twelve');
  await twelveChanges(behind, after, told);
  await ended;
});

// Cuts within the handshake and within changes; each connection has room for at least one change.
it.each([700, 783, 866, 949, 1_032])('nor when each is cut after %i bytes', async (bytes) => {
  const after = await start();
  behind.proxy.cutAfter(bytes);
  const titles = Array.from({ length: 12 }, (_, index) => `note ${index}`);
  const ended = followUntil(after, 'note 11');
  const lastId = (await storeNotes(behind.user, ...titles)).at(-1) ?? '';
  await ended;
  const all = await changesUntil(behind.user, after, lastId);
  expect(told.map(({ cursor }) => cursor)).toEqual(all.map(({ cursor }) => cursor));
  expect(behind.proxy.connections).toBeGreaterThan(3);
});

it('tells by its code what was refused, and by its id where to look for it', async () => {
  const refused = ask({ ...graph, token: () => 'none' }, BLOBS);
  await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED', requestId: expect.any(String) });
  await expect(ask(graph, '{ nothing }')).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
});

it('a subscription that is refused ends with the code', async () => {
  await expect(followUntil('no cursor', '')).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  graph = { ...graph, token: () => 'none' };
  await expect(followUntil('no cursor', '')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
