import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../platform/serving/websocket/websocket.fixture.ts';
import { storeNotes } from '../clients/cut.fixture.ts';
import { SUBSCRIPTION } from '../harness/changes.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { liveCursor } from '../harness/operations.ts';
import { type OtherGateway, startOtherGateway } from '../harness/other-gateway.ts';
import { type System, startSystem } from '../harness/system.ts';
import {
  type Followed,
  type Following,
  type Told,
  type Transport,
  transports,
} from '../harness/transports.ts';
import { type Observed, observe } from './readers.fixture.ts';

/**
 * Gateways grow in number: a subscription has no state but its place in the log, which every gateway reads by one
 * consumer. Three gateways here, each a process with nothing else in it, over one set of services.
 */

const PATIENCE = { timeout: 60_000 };
const REPLICAS = 3;

let system: System;
let log: Observed;
/** Beside the gateway of the system's own process, which nobody connects to. */
let replicas: readonly OtherGateway[];
/** The consumers of the system's own process. */
let own: readonly string[];
const closing: (() => void)[] = [];

const names = async () => (await log.readers()).map(({ name }) => name).toSorted();

/** Users may run what their clients run, operators anything. */
async function listDocuments({ PERSISTED_DOCUMENTS: file = '' }: Readonly<Record<string, string>>) {
  await writeFile(file, JSON.stringify({ changes: SUBSCRIPTION, me: '{ me { id } }' }));
}

beforeAll(async () => {
  system = await startSystem('real', {
    environment: { JWT_CLOCK_TOLERANCE_SECONDS: '0', MAX_SOCKETS_PER_USER: '1000' },
  });
  log = await observe(system);
  own = await vi.waitFor(async () => {
    const [reader, ...others] = await names();
    if (!reader || others.length > 0) throw new Error('The log is read by others than the system');
    return [reader];
  }, PATIENCE);
  const PERSISTED_DOCUMENTS = `${system.dataDir}/listed.json`;
  const listed = { PERSISTED_DOCUMENTS, PERSISTED_DOCUMENTS_ONLY: 'except-operators' };
  await listDocuments(listed);
  const environment = { ...system.environment, ...listed };
  const start = () => startOtherGateway({ ...system, environment });
  replicas = await Promise.all(Array.from({ length: REPLICAS }, start));
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(async () => {
  await Promise.all((replicas ?? []).map((replica) => replica.stop()));
  await log?.close();
  await system?.stop();
});

const urlOf = (replica: number): string => replicas[replica % REPLICAS]?.url ?? '';

/** A user, who writes as an operator through any of the gateways, and follows as a plain user. */
interface User {
  readonly id: string;
  readonly token: string;
  through(replica: number): GraphClient;
}

async function user(): Promise<User> {
  const id = `user|${randomUUID()}`;
  const writing = await system.token(id, ['operator']);
  const writers = Array.from({ length: REPLICAS }, (_, at) => createGraphClient(urlOf(at), writing));
  return {
    id,
    token: await system.token(id),
    through: (replica) => writers[replica % REPLICAS] as GraphClient,
  };
}

function follow(transport: Transport, following: Following): Followed {
  const followed = transport(following);
  closing.push(followed.close);
  return followed;
}

const idsOf = (told: readonly Told[]) => told.map(({ blobId }) => blobId);

/** The user by every transport at every gateway. */
const everywhere = ({ token }: User, after: string): Followed[] =>
  Array.from({ length: REPLICAS }, (_, at) =>
    transports.map(([, transport]) => follow(transport, { gateway: urlOf(at), token, after })),
  ).flat();

it('each gateway reads the log once, however many clients and users it has', async () => {
  const before = await names();
  expect(before).toHaveLength(own.length + REPLICAS);
  const start = { head: await log.head(), readers: await log.readers() };
  const users = await Promise.all(Array.from({ length: 5 }, user));
  const all = await Promise.all(
    users.map(async (each, at) => {
      const followed = everywhere(each, await liveCursor(each.through(at)));
      // Through one gateway, told by all of them.
      const ids = await storeNotes(each.through(at), 'one', 'two');
      return { ids, followed };
    }),
  );
  for (const { ids, followed } of all)
    for (const { told } of followed) await expect.poll(() => idsOf(told), PATIENCE).toEqual(ids);
  expect(await names()).toEqual(before);
  // The server would hold each message against each filter and each user's subjects.
  for (const { config } of start.readers)
    expect(config.filter_subjects ?? config.filter_subject).toBeUndefined();
  const published = (await log.head()) - start.head;
  expect(published).toBe(10);
  const delivered = async () =>
    (await log.readers()).map(
      ({ name, delivered: { consumer_seq: now } }) =>
        now - (start.readers.find((reader) => reader.name === name)?.delivered.consumer_seq ?? 0),
    );
  await expect.poll(delivered, PATIENCE).toEqual(before.map(() => published));
});

describe.each(transports)('%s', (_, transport) => {
  it('goes on at another gateway where it left the one before, without a gap and without a repeat', async () => {
    const { token, through } = await user();
    const after = await liveCursor(through(0));
    const told: Told[] = [];
    const ids: string[] = [];
    for (const at of [0, 1, 2, 0]) {
      const last = told.at(-1)?.cursor;
      const followed = follow(transport, { gateway: urlOf(at), token, after, last });
      ids.push(...(await storeNotes(through(at + 2), `while at ${at}`)));
      await expect.poll(() => idsOf([...told, ...followed.told]), PATIENCE).toEqual(ids);
      followed.close();
      await followed.ended;
      told.push(...followed.told);
      ids.push(...(await storeNotes(through(at + 1), `after ${at}`)));
    }
    expect(new Set(told.map(({ cursor }) => cursor)).size).toBe(told.length);
  });
});

it('a user who is being erased through one is told nothing more by any, and let in by none', async () => {
  const erased = await user();
  const after = await liveCursor(erased.through(0));
  const followed = everywhere(erased, after);
  const ids = await storeNotes(erased.through(1), 'one');
  for (const { told } of followed) await expect.poll(() => idsOf(told), PATIENCE).toEqual(ids);
  const operator = await user();
  const { deleteUser } = await operator
    .through(2)
    .query<{ deleteUser: object }>('mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }', {
      id: erased.id,
    });
  expect(deleteUser).toEqual({ userErrors: [] });
  // The client of graphql-ws is told no more than that its token is not taken.
  const refused = expect.stringMatching(/^(USER_ERASING|UNAUTHENTICATED)$/);
  for (const { ended } of followed) expect(await ended).toEqual(refused);
  for (const { ended, told } of everywhere(erased, after)) {
    expect(await ended).toEqual(refused);
    expect(told).toEqual([]);
  }
});

/** A subscription over a plain WebSocket, so that its token can be renewed. */
async function openSocket(gateway: string, token: string, query: string) {
  const { socket, received, closed: ended, send } = await connect(`${gateway.replace('http', 'ws')}/graphql`);
  closing.push(() => socket.terminate());
  const renew = (next: string) => send({ type: 'ping', payload: { authorization: `Bearer ${next}` } });
  send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await expect.poll(() => received.at(0)?.type, PATIENCE).toBe('connection_ack');
  send({ type: 'subscribe', id: '1', payload: { query } });
  return { ended, renew, text: () => JSON.stringify(received) };
}

const UNLISTED = 'subscription { blobChanged { cursor blobId } }';

it('at each of them a token is renewed in place, ends otherwise, and takes with it what needs more rights', async () => {
  const { id, token, through } = await user();
  const short = await system.tokenUntil(token, Date.now() + 15_000);
  const at = Array.from({ length: REPLICAS }, (_, replica) => urlOf(replica));
  const renewed = await Promise.all(at.map((url) => openSocket(url, short, SUBSCRIPTION)));
  const ending = await Promise.all(at.map((url) => openSocket(url, short, SUBSCRIPTION)));
  const operator = await system.token(id, ['operator']);
  const rights = await Promise.all(at.map((url) => openSocket(url, operator, UNLISTED)));
  const [first = ''] = await storeNotes(through(0), 'first');
  for (const { text } of [...renewed, ...ending, ...rights])
    await expect.poll(text, PATIENCE).toContain(first);
  for (const { renew } of [...renewed, ...rights]) renew(token);
  for (const { text } of renewed) await expect.poll(text, PATIENCE).toContain('"until"');
  for (const { text } of rights) await expect.poll(text, PATIENCE).toContain('DOCUMENT_NOT_LISTED');
  for (const { ended } of ending) expect(await ended).toBe(4403);
  const [later = ''] = await storeNotes(through(1), 'later');
  for (const { text } of renewed) await expect.poll(text, PATIENCE).toContain(later);
  for (const { text } of [...ending, ...rights]) expect(text()).not.toContain(later);
});

it('the clients of one that is killed go on at the others; its consumer goes, and it has one again', async () => {
  const before = await names();
  const { token, through } = await user();
  const after = await liveCursor(through(0));
  const killed = transports.map(([, transport]) => follow(transport, { gateway: urlOf(1), token, after }));
  const ids = await storeNotes(through(0), 'before');
  for (const { told } of killed) await expect.poll(() => idsOf(told), PATIENCE).toEqual(ids);
  await replicas[1]?.kill();
  for (const { ended } of killed) expect(await ended).toMatch(/^(cut|came back|1006)$/);
  ids.push(...(await storeNotes(through(2), 'while it is dead')));
  for (const [at, [, transport]] of transports.entries()) {
    const last = killed[at]?.told.at(-1)?.cursor;
    const { told } = follow(transport, { gateway: urlOf(at % 2 === 0 ? 0 : 2), token, after, last });
    await expect.poll(() => idsOf(told), PATIENCE).toEqual(ids.slice(1));
  }
  // One that stops in order takes its own with it at once, and none but its own.
  await replicas[2]?.stop();
  await expect.poll(async () => (await names()).length, PATIENCE).toBeLessThan(before.length);
  // The server drops a reader’s consumer that has asked for nothing for a minute.
  await expect.poll(names, { timeout: 110_000, interval: 500 }).toHaveLength(before.length - 2);
  await replicas[1]?.restart();
  await expect.poll(names, PATIENCE).toHaveLength(before.length - 1);
  for (const [, transport] of transports) {
    const { told } = follow(transport, { gateway: urlOf(1), token, after });
    await expect.poll(() => idsOf(told), PATIENCE).toEqual(ids);
  }
}, 240_000);
