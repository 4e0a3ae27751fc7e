import { type Client, createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { type LiveOptions, liveClient } from '../../client/live.ts';
import { apply, type Blob, type Change, changesAfter, liveBlobs } from '../../examples/graphql-ws/blobs.ts';
import { liveCursor } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';
import { type Behind, behindProxy, changesUntil, storeNotes, twelveChanges } from './cut.fixture.ts';

let system: System;
let behind: Behind;
let client: Client;
/** Changes reported until the client is disposed. */
let told: Change[];
let ended: Promise<unknown>;

const open = (options: Partial<LiveOptions> = {}) => {
  const { ws: url, token, retryWait } = behind;
  client = liveClient({ url, token, retryWait, webSocketImpl: WebSocket, ...options });
};

async function follow(after: string): Promise<void> {
  for await (const change of changesAfter(client, after)) told.push(change);
}

beforeAll(async () => {
  system = await startSystem(inject('shape'), { environment: { JWT_CLOCK_TOLERANCE_SECONDS: '0' } });
});
afterAll(() => system?.stop());
beforeEach(async () => {
  behind = await behindProxy(system);
  told = [];
  open();
});
afterEach(async () => {
  await client.dispose();
  await ended?.catch(() => undefined);
  await behind.proxy.close();
});

const cursors = (changes: readonly { cursor: string }[]) => changes.map(({ cursor }) => cursor);

/** Makes twelve changes, and expects all of them to be reported. */
async function allTold(after: string): Promise<void> {
  const titles = Array.from({ length: 12 }, (_, index) => `note ${index}`);
  const lastId = (await storeNotes(behind.user, ...titles)).at(-1) ?? '';
  await expect.poll(() => told.at(-1)?.blobId, { timeout: 60_000 }).toBe(lastId);
  expect(cursors(told)).toEqual(cursors(await changesUntil(behind.user, after, lastId)));
}

describe('a subscription over a connection that is cut', () => {
  it('in the middle of 12 changes loses none and repeats none', async () => {
    const after = await liveCursor(behind.user);
    ended = follow(after);
    await twelveChanges(behind, after, told);
  });

  it('before the first change goes on where it began', async () => {
    const after = await liveCursor(behind.user);
    ended = follow(after);
    await expect.poll(() => behind.proxy.connections).toBe(1);
    behind.proxy.cut();
    await storeNotes(behind.user, 'while it was cut');
    behind.proxy.mend();
    await expect.poll(() => told.length, { timeout: 60_000 }).toBe(1);
    await allTold(after);
  });

  // The handshake and the first change take about 500 bytes, other changes about 300.
  it.each([700, 777, 854, 931, 1_008, 1_085, 1_162])('%i bytes into each connection', async (bytes) => {
    behind.proxy.cutAfter(bytes);
    const after = await liveCursor(behind.user);
    ended = follow(after);
    await allTold(after);
    expect(behind.proxy.connections).toBeGreaterThan(3);
  });

  it('without a word is given up and made anew', async () => {
    await client.dispose();
    open({ keepAlive: 50, patienceMs: 500 });
    const after = await liveCursor(behind.user);
    ended = follow(after);
    await storeNotes(behind.user, 'before');
    await expect.poll(() => told.length, { timeout: 60_000 }).toBe(1);
    behind.proxy.freeze();
    await allTold(after);
  });

  it('by a restart of the gateway goes on after it', async () => {
    await client.dispose();
    const { ws: url, token } = behind;
    client = liveClient({ url, token, webSocketImpl: WebSocket });
    const after = await liveCursor(behind.user);
    ended = follow(after);
    await storeNotes(behind.user, 'before');
    await expect.poll(() => told.length, { timeout: 60_000 }).toBe(1);
    await system.restart('gateway');
    await allTold(after);
  });

  it('because the token has ended goes on with a new one', async () => {
    await client.dispose();
    const ending = await system.tokenUntil(behind.user.token, Date.now() + 6_000);
    const tokens = [ending];
    open({ token: () => tokens.shift() ?? behind.token() });
    const after = await liveCursor(behind.user);
    ended = follow(after);
    await storeNotes(behind.user, 'before');
    await expect.poll(() => told.length, { timeout: 60_000 }).toBe(1);
    await expect.poll(() => behind.proxy.connections, { timeout: 60_000 }).toBe(2);
    await allTold(after);
  });

  it('keeps each of several subscriptions at its own place', async () => {
    const after = await liveCursor(behind.user);
    ended = follow(after);
    await storeNotes(behind.user, 'one', 'two');
    await expect.poll(() => told.length, { timeout: 60_000 }).toBe(2);
    const late: Change[] = [];
    const lateStart = await liveCursor(behind.user);
    const following = (async () => {
      for await (const change of changesAfter(client, lateStart)) late.push(change);
    })();
    await twelveChanges(behind, lateStart, late);
    expect(cursors(told.slice(2))).toEqual(cursors(late));
    await client.dispose();
    await following.catch(() => undefined);
  });
});

it('a list is what it would be when read afresh, whatever was cut on the way', async () => {
  await storeNotes(behind.user, 'there before');
  let shown: ReadonlyMap<string, Blob> = new Map();
  ended = (async () => {
    for await (const blobs of liveBlobs(client)) shown = new Map(blobs);
  })();
  await expect.poll(() => shown.size, { timeout: 60_000 }).toBe(1);
  const [goneId = ''] = await storeNotes(behind.user, 'gone');
  await expect.poll(() => shown.size, { timeout: 60_000 }).toBe(2);
  behind.proxy.cut();
  await behind.user.query('mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds } }', { id: goneId });
  await storeNotes(behind.user, 'new');
  behind.proxy.mend();
  const read = async () => {
    const query = '{ blobs { nodes { id version title processing { state } } } }';
    const { blobs } = await behind.user.query<{ blobs: { nodes: Blob[] } }>(query);
    return Object.fromEntries(blobs.nodes.map((blob) => [blob.id, blob]));
  };
  await expect.poll(() => Object.fromEntries(shown), { timeout: 60_000 }).toEqual(await read());
});

it('a stock client that began after a list loses nothing either, and `version` tells what comes again', async () => {
  await client.dispose();
  const { ws: url, token, retryWait } = behind;
  const connectionParams = { authorization: `Bearer ${token()}` };
  const stock = { url, connectionParams, retryWait, webSocketImpl: WebSocket, shouldRetry: () => true };
  client = createClient(stock);
  const after = await liveCursor(behind.user);
  const known = new Map<string, Blob>();
  const news: Change[] = [];
  ended = (async () => {
    for await (const change of changesAfter(client, after)) {
      told.push(change);
      if (apply(known, change)) news.push(change);
    }
  })();
  await twelveChanges(behind, after, news);
  expect(told.length).toBe(5 + 12);
});

it('a subscription ends with the code of what refused it', async () => {
  await expect(follow('no cursor')).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
});

it('a refused token is final', async () => {
  await client.dispose();
  open({ token: () => 'no token' });
  await expect(follow(await liveCursor(behind.user))).rejects.toMatchObject({ code: 4401 });
});
