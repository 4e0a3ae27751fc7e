import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { GONE } from '../../platform/testing/events.ts';
import { storeNotes } from '../clients/cut.fixture.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { startCuttable } from '../harness/cuttable.ts';
import { createDraft, liveCursor, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';
import { type Followed, type Stream, type Told, type Transport, transports } from '../harness/transports.ts';

/** The same changes, with the same cursors, whichever way they are followed. */

const PATIENCE = { timeout: 60_000 };

let system: System;
const followed: Followed[] = [];

beforeAll(async () => {
  system = await startSystem(inject('shape'), {
    environment: { JWT_CLOCK_TOLERANCE_SECONDS: '0', MAX_SOCKETS_PER_USER: '4' },
  });
});
afterAll(() => system?.stop());
afterEach(() => {
  for (const each of followed.splice(0)) each.close();
});

function follow(
  transport: Transport,
  { token }: Pick<GraphClient, 'token'>,
  after?: string,
  of: Stream = 'blobs',
): Followed {
  const { gateway } = system.urls;
  const each = transport({ gateway, token, of, ...(after !== undefined && { after }) });
  followed.push(each);
  return each;
}

const cursors = ({ told }: Pick<Followed, 'told'>) => told.map(({ cursor }) => cursor);

it('all of them tell the same changes, with the same cursors', async () => {
  const [user, other] = [await system.client(), await system.client()];
  const after = await liveCursor(user);
  const all = transports.map(([, transport]) => follow(transport, user, after));
  const ids = await storeNotes(user, 'one', 'two');
  await storeNotes(other, 'of another');
  ids.push(...(await storeNotes(user, 'three')));
  for (const { told } of all)
    await expect.poll(() => told.map(({ blobId }) => blobId), PATIENCE).toEqual(ids);
  expect(new Set(all.map((each) => cursors(each).join())).size).toBe(1);
});

const TITLE = 'mutation { createBook(input: { id: "my-novel", title: "Storms" }) { userErrors { code } } }';

it.each<[Stream, readonly string[]]>([
  [{ book: 'my-novel' }, ['UPDATED', 'BLOB_CREATED', 'BLOB_PROCESSING', 'BLOB_COMPLETED']],
  ['processing', ['PROCESSING', 'COMPLETED']],
])('all of them tell the same of %j, and go on after any of its cursors', async (of, kinds) => {
  const [user, other] = [await system.client(), await system.client()];
  const after = await liveCursor(user);
  const all = transports.map(([, transport]) => follow(transport, user, after, of));
  await other.query(TITLE);
  await user.query(TITLE);
  const draft = await createDraft(user, { content: 'The rain came down on the harbour.' });
  await untilState(user, draft, 'COMPLETED');
  // Up to one point of the log, whatever else comes behind it.
  const upTo = ({ told }: Followed) => {
    const end = told.findIndex(({ kind, blobId }) => blobId === draft && kind.endsWith('COMPLETED'));
    return end < 0 ? [] : told.slice(0, end + 1);
  };
  const [one, ...others] = all as [Followed, ...Followed[]];
  const kindsTold = () => upTo(one).map(({ kind }) => kind);
  await expect.poll(kindsTold, PATIENCE).toEqual(expect.arrayContaining([...kinds]));
  const expected = upTo(one);
  for (const each of others) await expect.poll(() => upTo(each), PATIENCE).toEqual(expected);
  for (const each of followed.splice(0)) each.close();
  for (const [, transport] of transports) {
    const again = follow(transport, user, expected[0]?.cursor, of);
    await expect.poll(() => upTo(again), PATIENCE).toEqual(expected.slice(1));
    again.close();
  }
});

const ERASE = 'mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }';

describe.each(transports)('%s', (name, transport) => {
  it('tells the user’s own changes alone, and goes on after any of their cursors, each once', async () => {
    const [user, other] = [await system.client(), await system.client()];
    const after = await liveCursor(user);
    const live = follow(transport, user, after);
    const ids: string[] = [];
    for (const title of ['one', 'two', 'three']) {
      ids.push(...(await storeNotes(user, title)));
      await storeNotes(other, `of another: ${title}`);
    }
    const blobIds = ({ told }: Followed) => told.map(({ blobId }) => blobId);
    await expect.poll(() => blobIds(live), PATIENCE).toEqual(ids);
    live.close();
    const again = follow(transport, user, live.told[0]?.cursor);
    ids.push(...(await storeNotes(user, 'four')));
    await expect.poll(() => blobIds(again), PATIENCE).toEqual(ids.slice(1));
    expect(cursors(again).slice(0, 2)).toEqual(cursors(live).slice(1));
  });

  it('that is cut anywhere, also within a change, loses none and repeats none', async () => {
    const user = await system.client();
    const proxy = await startCuttable(system.urls.gateway);
    const after = await liveCursor(user);
    const ids = await storeNotes(user, ...Array.from({ length: 8 }, (_, index) => `note ${index}`));
    const told: Told[] = [];
    let cuts = 0;
    // Each connection has room for its beginning and a change at least, and a little more than the one before.
    for (let bytes = 1_500; told.length < ids.length; bytes += 97) {
      proxy.cutAfter(bytes);
      const last = told.at(-1)?.cursor;
      const each = transport({ gateway: proxy.url, token: user.token, after, last });
      const whole = vi.waitFor(() => expect(told.length + each.told.length).toBe(ids.length), PATIENCE);
      await Promise.race([each.ended.then(() => (cuts += 1)), whole]);
      whole.catch(() => undefined);
      told.push(...each.told);
      each.close();
    }
    await proxy.close();
    expect(told.map(({ blobId }) => blobId)).toEqual(ids);
    expect(cuts).toBeGreaterThan(1);
  });

  it('ends with its code after a cursor of a log that is gone, and for a token that is none', async () => {
    const user = await system.client();
    expect(await follow(transport, user, GONE).ended).toBe('CURSOR_EXPIRED');
    expect(await follow(transport, user, 'garbage').ended).toBe('CURSOR_INVALID');
    expect(await follow(transport, { token: 'x.y.z' }).ended).toBe('UNAUTHENTICATED');
  });

  it('ends with its token, and goes on with another', async () => {
    const user = await system.client();
    const after = await liveCursor(user);
    const ending = follow(
      transport,
      { token: await system.tokenUntil(user.token, Date.now() + 5_000) },
      after,
    );
    const ids = await storeNotes(user, 'before');
    expect(await ending.ended).toBe('UNAUTHENTICATED');
    ids.push(...(await storeNotes(user, 'after')));
    const again = follow(transport, user, ending.told.at(-1)?.cursor ?? after);
    await expect.poll(() => again.told.at(-1)?.blobId, PATIENCE).toBe(ids[1]);
    expect([...ending.told, ...again.told].map(({ blobId }) => blobId)).toEqual(ids);
  });

  it('ends when its user is being erased, and is not let in until that is done', async () => {
    const userId = `erased|${randomUUID()}`;
    const user = await system.client(userId);
    const after = await liveCursor(user);
    const live = follow(transport, user, after);
    await storeNotes(user, 'one');
    await expect.poll(() => live.told.length, PATIENCE).toBe(1);
    const operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
    await operator.query(ERASE, { id: userId });
    await operator.close();
    const erased = name === 'GraphQL over WebSocket' ? 'UNAUTHENTICATED' : 'USER_ERASING';
    expect(await live.ended).toBe(erased);
    expect(await follow(transport, user, after).ended).toBe(erased);
  });

  it('is counted with the others, and refused beyond what a user may have', async () => {
    const user = await system.client();
    const after = await liveCursor(user);
    const others = transports.map(([, each]) => follow(each, user, after));
    await storeNotes(user, 'one');
    for (const each of others) await expect.poll(() => each.told.length, PATIENCE).toBe(1);
    expect(await follow(transport, user).ended).toBe('RATE_LIMITED');
  });

  it('tells its clients to come back when the gateway restarts, and has lost nothing then', async () => {
    const user = await system.client();
    const after = await liveCursor(user);
    const before = follow(transport, user, after);
    const ids = await storeNotes(user, 'before');
    await expect.poll(() => before.told.length, PATIENCE).toBe(1);
    await system.restart('gateway');
    expect(await before.ended).toBe('came back');
    ids.push(...(await storeNotes(user, 'after')));
    const again = follow(transport, user, before.told.at(-1)?.cursor);
    await expect.poll(() => again.told.at(-1)?.blobId, PATIENCE).toBe(ids[1]);
    expect(again.told).toHaveLength(1);
  });
});
