import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { storeNotes } from '../clients/cut.fixture.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { deleteBlob, liveCursor } from '../harness/operations.ts';
import { startOther } from '../harness/other-gateway.ts';
import { type System, startSystem } from '../harness/system.ts';
import { isSigned, type Receiver, startReceivers, status, taken } from './webhooks.fixture.ts';

const PATIENCE = { timeout: 90_000, interval: 100 };

let system: System;
let receivers: Awaited<ReturnType<typeof startReceivers>>;
let paths = 0;

beforeAll(async () => {
  receivers = await startReceivers();
  system = await startSystem(inject('shape'), {
    environment: {
      WEBHOOK_HOSTS: `127.0.0.1:${receivers.port}`,
      WEBHOOK_TIMEOUT_SECONDS: '2',
      WEBHOOK_RETRY_SECONDS: '1',
      WEBHOOK_GIVE_UP_SECONDS: '1',
    },
  });
});
afterAll(async () => {
  await system?.stop();
  receivers?.stop();
});

interface Payload {
  readonly webhook: { readonly id: string; readonly state: string; readonly cursor: string } | null;
  readonly secret?: string;
  readonly userErrors: readonly { readonly field: string | null; readonly code: string }[];
}

const REGISTER = /* GraphQL */ `
  mutation ($input: RegisterWebhookInput!) {
    registerWebhook(input: $input) { webhook { id state cursor } secret userErrors { field code } }
  }
`;

interface Hook {
  readonly user: GraphClient;
  readonly receiver: Receiver;
  readonly id: string;
  readonly secret: string;
}

/** A new user's webhook. */
async function newHook(input: object = {}): Promise<Hook> {
  const user = await system.client();
  const receiver = receivers.at(`/hook-${++paths}`);
  const given = { url: receiver.url, after: await liveCursor(user), ...input };
  const { registerWebhook } = await user.query<{ registerWebhook: Payload }>(REGISTER, { input: given });
  expect(registerWebhook.userErrors).toEqual([]);
  return { user, receiver, id: registerWebhook.webhook?.id ?? '', secret: registerWebhook.secret ?? '' };
}

const read = async ({ user, id }: Hook) => {
  const query = `query ($id: ID!) { webhook(id: $id) {
    state reason cursor failedTries failingSince lastTry { status error } deliveredAt } }`;
  const { webhook } = await user.query<{ webhook: Record<string, unknown> | null }>(query, { id });
  return webhook;
};

const act = ({ user, id }: Hook, mutation: string, args = '') =>
  user.query(`mutation ($id: ID!) { done: ${mutation}(id: $id${args}) { userErrors { code } } }`, { id });

const DONE = { done: { userErrors: [] } };

describe('a webhook', () => {
  it('is told all changes of its user, in order, each once, with a valid signature', async () => {
    const hook = await newHook();
    const ids = await storeNotes(hook.user, 'one', 'two', 'three');
    await storeNotes(await system.client(), 'of another');
    await deleteBlob(hook.user, ids[1] ?? '');
    const expected = [...ids, ids[1]];
    await expect.poll(hook.receiver.blobIds, PATIENCE).toEqual(expected);
    const { received } = hook.receiver;
    expect(received.map(({ event }) => event.type)).toEqual([
      ...['blob.created', 'blob.created', 'blob.created', 'blob.deleted'],
    ]);
    for (const each of received) {
      expect(isSigned(each, hook.secret)).toBe(true);
      expect(isSigned({ ...each, body: `${each.body} ` }, hook.secret)).toBe(false);
      expect(each.event.id).toBe(each.id);
      expect(Math.abs(Date.now() / 1_000 - each.timestamp)).toBeLessThan(300);
    }
    expect(new Set(received.map(({ id }) => id)).size).toBe(4);
    // Its cursors are those of all other ways.
    await expect.poll(async () => (await read(hook))?.['deliveredAt'], PATIENCE).toEqual(expect.any(String));
    const after = received[2]?.event.data.cursor;
    const subscription = 'subscription ($after: String) { blobChanged(after: $after) { kind blobId } }';
    const next = await hook.user.subscribe(subscription, { after }).next();
    expect(next.value).toMatchObject({ data: { blobChanged: { kind: 'DELETED', blobId: ids[1] } } });
  });

  it('is told only of what its filter lets through', async () => {
    const hook = await newHook({ filter: { kinds: ['DELETED'] } });
    const [first = ''] = await storeNotes(hook.user, 'one', 'two');
    await deleteBlob(hook.user, first);
    await expect
      .poll(() => hook.receiver.received.map(({ event }) => event.type), PATIENCE)
      .toEqual(['blob.deleted']);
  });

  it('that fails for a while has no gap afterwards, and what comes twice has its id', async () => {
    const hook = await newHook();
    let left = 3;
    hook.receiver.answer = (response, received) => {
      if (received.event.subject === ids[1] && left-- > 0) return status(503)(response, received);
      return taken(response, received);
    };
    const ids: string[] = [];
    for (const title of ['one', 'two', 'three']) ids.push(...(await storeNotes(hook.user, title)));
    await expect.poll(() => hook.receiver.blobIds().at(-1), PATIENCE).toBe(ids[2]);
    expect([...new Set(hook.receiver.blobIds())]).toEqual(ids);
    const twice = hook.receiver.received.filter(({ event }) => event.subject === ids[1]);
    expect(new Set(twice.map(({ id }) => id)).size).toBe(1);
    await expect.poll(() => read(hook), PATIENCE).toMatchObject({ state: 'ACTIVE', failedTries: 0 });
  });

  it('that fails for too long is set aside, and goes on where it stood when it is resumed', async () => {
    const hook = await newHook();
    hook.receiver.answer = status(500);
    const ids = await storeNotes(hook.user, 'one', 'two');
    await expect
      .poll(() => read(hook), PATIENCE)
      .toMatchObject({ state: 'SET_ASIDE', reason: 'FAILED_TOO_LONG', lastTry: { status: 500 } });
    expect(new Set(hook.receiver.blobIds())).toEqual(new Set([ids[0]]));
    hook.receiver.answer = taken;
    const before = hook.receiver.received.length;
    expect(await act(hook, 'resumeWebhook')).toEqual(DONE);
    await expect.poll(() => hook.receiver.blobIds().slice(before), PATIENCE).toEqual(ids);
  });

  it('that answers 410 is set aside at once, and can be replayed from any of its cursors', async () => {
    const hook = await newHook();
    const ids = await storeNotes(hook.user, 'one', 'two');
    await expect.poll(hook.receiver.blobIds, PATIENCE).toEqual(ids);
    hook.receiver.answer = status(410);
    ids.push(...(await storeNotes(hook.user, 'three')));
    await expect.poll(() => read(hook), PATIENCE).toMatchObject({ state: 'SET_ASIDE', reason: 'GONE' });
    hook.receiver.answer = taken;
    const after = hook.receiver.received[0]?.event.data.cursor;
    expect(await act(hook, 'replayWebhook', `, after: "${after}"`)).toEqual(DONE);
    await expect.poll(hook.receiver.blobIds, PATIENCE).toEqual([...ids, ids[1], ids[2]]);
    expect(hook.receiver.received[3]?.id).toBe(hook.receiver.received[1]?.id);
  });

  it('is sent again what was on its way when the process was killed, and loses nothing', async () => {
    const hook = await newHook();
    // It never answers: the process dies in the middle of the delivery.
    hook.receiver.answer = () => undefined;
    const ids = await storeNotes(hook.user, 'one', 'two', 'three');
    await expect.poll(() => hook.receiver.received.length, PATIENCE).toBeGreaterThan(0);
    await system.process('events').kill();
    hook.receiver.answer = taken;
    const before = hook.receiver.received.length;
    await system.restart('events');
    await expect.poll(() => hook.receiver.blobIds().slice(before), PATIENCE).toEqual(ids);
    expect(hook.receiver.received[before]?.id).toBe(hook.receiver.received[0]?.id);
  });

  it('is told nothing while it is paused, and nothing at all once it is deleted', async () => {
    const [hook, control] = [await newHook(), await newHook()];
    expect(await act(hook, 'pauseWebhook')).toEqual(DONE);
    const ids = await storeNotes(hook.user, 'one');
    await storeNotes(control.user, 'control');
    await expect.poll(() => control.receiver.received.length, PATIENCE).toBe(1);
    expect(hook.receiver.received).toEqual([]);
    expect(await act(hook, 'resumeWebhook')).toEqual(DONE);
    await expect.poll(hook.receiver.blobIds, PATIENCE).toEqual(ids);
    expect(await act(hook, 'deleteWebhook')).toEqual(DONE);
    await storeNotes(hook.user, 'two');
    await storeNotes(control.user, 'control');
    await expect.poll(() => control.receiver.received.length, PATIENCE).toBe(2);
    expect(hook.receiver.blobIds()).toEqual(ids);
  });

  it('is erased with its user, which the report says', async () => {
    const [hook, control] = [await newHook(), await newHook()];
    await storeNotes(hook.user, 'one');
    await expect.poll(() => hook.receiver.received.length, PATIENCE).toBe(1);
    const userId = JSON.parse(Buffer.from(hook.user.token.split('.')[1] ?? '', 'base64url').toString('utf8'))
      .sub as string;
    const operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
    try {
      await operator.query('mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }', {
        id: userId,
      });
      const report = 'query ($id: ID!) { userErasure(id: $id) { state stores { processorId erasedAt } } }';
      const stores = expect.arrayContaining([{ processorId: 'events', erasedAt: expect.any(String) }]);
      await expect
        .poll(() => operator.query(report, { id: userId }), PATIENCE)
        .toMatchObject({ userErasure: { state: 'COMPLETED', stores } });
    } finally {
      await operator.close();
    }
    expect(await read(hook)).toBeNull();
    const before = hook.receiver.received.length;
    await storeNotes(hook.user, 'after');
    await storeNotes(control.user, 'control');
    await expect.poll(() => control.receiver.received.length, PATIENCE).toBe(1);
    expect(hook.receiver.received).toHaveLength(before);
  });
});

/** Embedded, one process has the data. */
const ofRealServers = inject('shape') === 'embedded' ? null : describe;

ofRealServers?.('several processes of events', () => {
  it('share the webhooks; what one had when it was killed is sent by another, whole and in order', async () => {
    const hooks = await Promise.all(Array.from({ length: 6 }, () => newHook()));
    const other = await startOther(system, 'events');
    const kept = async () => {
      const metrics = await (await fetch(`${other.url}/metrics`)).text();
      return Number(/^blobgraph_webhooks_kept\{.*\} (\d+)$/m.exec(metrics)?.[1]);
    };
    await expect.poll(kept, PATIENCE).toBeGreaterThan(0);
    // Nobody answers: each webhook has a delivery in work.
    for (const { receiver } of hooks) receiver.answer = () => undefined;
    const ids = await Promise.all(hooks.map(({ user }) => storeNotes(user, 'one', 'two', 'three')));
    for (const { receiver } of hooks)
      await expect.poll(() => receiver.received.length, PATIENCE).toBeGreaterThan(0);
    await other.kill();
    for (const { receiver } of hooks) receiver.answer = taken;
    for (const [index, { receiver }] of hooks.entries()) {
      await expect.poll(() => receiver.blobIds().at(-1), PATIENCE).toBe(ids[index]?.at(-1));
      expect([...new Set(receiver.blobIds())]).toEqual(ids[index]);
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(3);
    }
  });
});

describe('a hostile receiver', () => {
  it('is not registered at an address of this network, by whatever name', async () => {
    const user = await system.client();
    for (const url of [
      `http://127.0.0.1:${receivers.port + 1}/`,
      `http://localhost:${receivers.port}/`,
      'http://169.254.169.254/latest/meta-data',
      'http://[::1]/',
      'http://0x7f000001/',
      'http://10.0.0.1/',
    ]) {
      const { registerWebhook } = await user.query<{ registerWebhook: Payload }>(REGISTER, {
        input: { url },
      });
      expect(registerWebhook).toMatchObject({
        webhook: null,
        userErrors: [{ field: 'url', code: 'VALIDATION_FAILED' }],
      });
    }
  });

  it('sends nobody to the metadata of a cloud, hangs and pours for itself alone', async () => {
    const [redirecting, hanging, pouring, good] = [
      await newHook(),
      await newHook(),
      await newHook(),
      await newHook(),
    ];
    redirecting.receiver.answer = status(307, { location: 'http://169.254.169.254/latest/meta-data' });
    hanging.receiver.answer = () => undefined;
    let poured = 0;
    pouring.receiver.answer = (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(4_096))) poured += 4_096;
      };
      response.on('drain', more);
      more();
    };
    const all = [redirecting, hanging, pouring, good];
    for (const { user } of all) await storeNotes(user, 'one', 'two');
    await expect.poll(() => good.receiver.received.length, PATIENCE).toBe(2);
    await expect
      .poll(() => read(redirecting), PATIENCE)
      .toMatchObject({
        lastTry: { status: 307, error: expect.stringContaining('Redirects are not followed') },
      });
    await expect
      .poll(() => read(hanging), PATIENCE)
      .toMatchObject({ lastTry: { status: null, error: 'No answer came within 2 s.' } });
    await expect.poll(() => pouring.receiver.received.length, PATIENCE).toBe(2);
    expect(poured).toBeLessThan(64 * 1024 ** 2);
  });
});

it('does the same by REST, where the secret is told once, too', async () => {
  const user = await system.client();
  const receiver = receivers.at('/by-rest');
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${system.urls.gateway}/api/v1/webhooks${path}`, {
      method,
      headers: { authorization: `Bearer ${user.token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const registered = await call('POST', '', { url: receiver.url, filter: { kinds: ['CREATED'] } });
  expect(registered).toMatchObject({
    status: 201,
    body: {
      webhook: { state: 'ACTIVE', filter: { kinds: ['CREATED'] } },
      secret: expect.stringMatching(/^whsec_/),
    },
  });
  const { id } = registered.body['webhook'] as { id: string };
  const [noteId] = await storeNotes(user, 'one');
  await expect.poll(receiver.blobIds, PATIENCE).toEqual([noteId]);
  const list = await call('GET', '');
  expect(list).toMatchObject({ status: 200, body: { webhooks: [{ id }] } });
  expect(JSON.stringify(list.body)).not.toContain('whsec_');
  expect(await call('PATCH', `/${id}`, { description: 'mine' })).toMatchObject({
    body: { webhook: { description: 'mine' } },
  });
  expect(await call('POST', `/${id}/pause`)).toMatchObject({ body: { webhook: { state: 'PAUSED' } } });
  expect(await call('POST', `/${id}/resume`)).toMatchObject({ body: { webhook: { state: 'ACTIVE' } } });
  expect(await call('POST', `/${id}/replay`, {})).toMatchObject({ status: 200 });
  expect(await call('POST', `/${id}/rotate-secret`)).toMatchObject({ body: { secret: expect.any(String) } });
  expect(await call('DELETE', `/${id}`)).toMatchObject({ body: { deleted_id: id } });
  expect(await call('GET', `/${id}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  const refused = await call('POST', '', { url: 'http://169.254.169.254/' });
  expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
});
