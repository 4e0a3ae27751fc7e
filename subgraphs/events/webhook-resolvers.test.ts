import { describe, expect, test } from 'vitest';
import { hostList } from '../../platform/egress/hosts.ts';
import { encodeCursor } from '../../platform/events/cursor.ts';
import { blobMessage } from '../../platform/testing/events.ts';
import { serve } from '../../platform/testing/http-server.ts';
import { type TestService, type TestServiceOptions, viewer } from '../../platform/testing/service.ts';
import { startEvents } from './service.fixture.ts';

const LIMITS = { perUser: 3, timeoutMs: 2_000, firstPauseMs: 1_000, giveUpMs: 60_000 };

const start = (hosts = '10.0.0.1', options: TestServiceOptions = {}) =>
  startEvents({ config: { webhooks: { ...LIMITS, hosts: hostList.parse(hosts) } }, ...options });

const WEBHOOK = `webhook {
  id url description state reason cursor createdAt failedTries nextTryAt formerSecretUntil
  filter { kinds blobId bookId parentId } lastTry { at status error }
} userErrors { field code message }`;

interface Payload {
  readonly webhook: { readonly id: string; readonly cursor: string } | null;
  readonly secret?: string | null;
  readonly userErrors: readonly { field: string | null; code: string; message: string }[];
}

const URL_OF_HOOK = 'https://10.0.0.1/hook';
const bob = { viewer: viewer('bob') };

async function register(service: TestService, input: object = {}, caller?: typeof bob): Promise<Payload> {
  const query = `mutation ($input: RegisterWebhookInput!) { registerWebhook(input: $input) { secret ${WEBHOOK} } }`;
  const given = { url: URL_OF_HOOK, ...input };
  const { data } = await service.graphql<{ registerWebhook: Payload }>(query, { input: given }, caller);
  if (!data) throw new Error('There is no answer');
  return data.registerWebhook;
}

async function act(service: TestService, mutation: string, caller?: typeof bob): Promise<Payload & object> {
  const answer = await service.graphql<{ done: Payload }>(`mutation { done: ${mutation} }`, {}, caller);
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.done;
}

const listOf = async (service: TestService, caller?: typeof bob) =>
  (await service.graphql<{ webhooks: { id: string }[] }>('{ webhooks { id state reason } }', {}, caller)).data
    ?.webhooks;

describe('webhooks', () => {
  test('are registered with their secret, which is told once and never logged', async () => {
    const { service, log } = await start();
    await log.publish(blobMessage('before', 1));
    const filter = { kinds: ['CREATED', 'CREATED', 'FAILED'], bookId: 'novel' };
    const { webhook, secret, userErrors } = await register(service, { description: 'Größe 🦉', filter });
    expect(userErrors).toEqual([]);
    expect(webhook).toMatchObject({
      url: URL_OF_HOOK,
      description: 'Größe 🦉',
      filter: { kinds: ['CREATED', 'FAILED'], blobId: null, bookId: 'novel', parentId: null },
      state: 'ACTIVE',
      reason: null,
      cursor: encodeCursor(await log.head()),
      failedTries: 0,
      lastTry: null,
    });
    expect(secret).toMatch(/^whsec_/);
    expect(await listOf(service)).toEqual([{ id: webhook?.id, state: 'ACTIVE', reason: null }]);
    const rotated = await act(service, `rotateWebhookSecret(id: "${webhook?.id}") { secret ${WEBHOOK} }`);
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.webhook).toMatchObject({ formerSecretUntil: expect.any(String) });
    for (const told of [secret, rotated.secret])
      expect(service.logs.join('\n')).not.toContain(String(told).slice(6));
  });

  test.each([
    [{ url: 'https://127.0.0.1/' }, 'url', 'private address'],
    [{ url: 'https://169.254.169.254/latest' }, 'url', 'private address'],
    [{ url: 'https://localhost/' }, 'url', 'private address'],
    [{ url: 'ftp://10.0.0.1/' }, 'url', 'must begin with'],
    [{ url: 'https://user:secret@10.0.0.1/' }, 'url', 'name or password'],
    [{ url: 'https://10.0.0.1/#part' }, 'url', 'fragment'],
    [{ url: 'nowhere' }, 'url', 'must be a URL'],
    [{ url: `https://10.0.0.1/${'a'.repeat(2_000)}` }, 'url', '2000'],
    [{ description: ' ' }, 'description', 'empty'],
    [{ filter: { kinds: [] } }, 'filter.kinds', 'at least one'],
    [{ filter: { blobId: '' } }, 'filter.blobId', 'empty'],
  ])('that cannot be are refused by name: %j', async (input, field, message) => {
    const { service } = await start();
    const { webhook, secret, userErrors } = await register(service, input);
    expect([webhook, secret]).toEqual([null, null]);
    expect(userErrors).toEqual([
      { field, code: 'VALIDATION_FAILED', message: expect.stringContaining(message) },
    ]);
    expect(await listOf(service)).toEqual([]);
  });

  test('begin where they are told to, and not where the log does not reach', async () => {
    const { service, log } = await start();
    for (const id of ['a', 'b']) await log.publish(blobMessage(id, 1));
    const { epoch } = await log.head();
    const after = encodeCursor({ epoch, sequence: 1 });
    expect((await register(service, { after })).webhook?.cursor).toBe(after);
    const refused = async (cursor: string) => (await register(service, { after: cursor })).userErrors;
    const ofAfter = (code: string) => [{ field: 'after', code, message: expect.any(String) }];
    expect(await refused('garbage')).toEqual(ofAfter('CURSOR_INVALID'));
    expect(await refused(encodeCursor({ epoch: 'another', sequence: 1 }))).toEqual(ofAfter('CURSOR_EXPIRED'));
  });

  test('are their owner’s alone: another’s are as if there were none', async () => {
    const { service } = await start();
    const { webhook } = await register(service);
    const none = [{ field: 'id', code: 'NOT_FOUND', message: 'You have no webhook of this id.' }];
    const id = `id: "${webhook?.id}"`;
    expect(await listOf(service, bob)).toEqual([]);
    const one = await service.graphql(`{ webhook(${id}) { id } }`, {}, bob);
    expect(one.data).toEqual({ webhook: null });
    for (const mutation of [
      `updateWebhook(input: { ${id}, description: "mine" }) { ${WEBHOOK} }`,
      `rotateWebhookSecret(${id}) { secret ${WEBHOOK} }`,
      `pauseWebhook(${id}) { ${WEBHOOK} }`,
      `resumeWebhook(${id}) { ${WEBHOOK} }`,
      `replayWebhook(${id}) { ${WEBHOOK} }`,
      `pingWebhook(${id}) { delivered userErrors { field code message } }`,
      `deleteWebhook(${id}) { deletedId userErrors { field code message } }`,
    ])
      expect((await act(service, mutation, bob)).userErrors).toEqual(none);
    expect(await listOf(service)).toMatchObject([{ state: 'ACTIVE' }]);
  });

  test('are as many as a user may have', async () => {
    const { service } = await start();
    for (let count = 0; count < 3; count++) await register(service);
    const { userErrors } = await register(service);
    expect(userErrors).toEqual([
      { field: null, code: 'WEBHOOKS_EXCEEDED', message: 'A user may have 3 webhooks. Delete one first.' },
    ]);
    expect((await register(service, {}, bob)).userErrors).toEqual([]);
  });

  test('are changed, paused, resumed, replayed and deleted', async () => {
    const { service, log } = await start();
    const { webhook } = await register(service, { description: 'before' });
    const id = `id: "${webhook?.id}"`;
    const updated = await act(
      service,
      `updateWebhook(input: { ${id}, description: null, filter: { kinds: [DELETED] } }) { ${WEBHOOK} }`,
    );
    expect(updated.webhook).toMatchObject({
      url: URL_OF_HOOK,
      description: null,
      filter: { kinds: ['DELETED'] },
    });
    const refused = await act(
      service,
      `updateWebhook(input: { ${id}, url: "https://10.0.0.2/" }) { ${WEBHOOK} }`,
    );
    expect(refused).toMatchObject({
      webhook: null,
      userErrors: [{ field: 'url', code: 'VALIDATION_FAILED' }],
    });
    expect(await act(service, `pauseWebhook(${id}) { ${WEBHOOK} }`)).toMatchObject({
      webhook: { state: 'PAUSED' },
    });
    await log.publish(blobMessage('a', 1));
    const head = encodeCursor(await log.head());
    const replayed = () => act(service, `replayWebhook(${id}) { ${WEBHOOK} }`);
    await expect.poll(replayed).toMatchObject({ webhook: { state: 'PAUSED', cursor: head } });
    expect(await act(service, `resumeWebhook(${id}) { ${WEBHOOK} }`)).toMatchObject({
      webhook: { state: 'ACTIVE' },
    });
    const gone = `deleteWebhook(${id}) { deletedId userErrors { field code message } }`;
    expect(await act(service, gone)).toEqual({ deletedId: webhook?.id, userErrors: [] });
    expect(await act(service, gone)).toMatchObject({ deletedId: null, userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await listOf(service)).toEqual([]);
  });

  test('are the same for the same key, with the secret for a day; another input is a conflict', async () => {
    let aheadMs = 0;
    const clock = { now: () => new Date(Date.now() + aheadMs) };
    const { service } = await start('10.0.0.1', { clock });
    const input = { idempotencyKey: 'first', filter: { bookId: 'novel', kinds: ['CREATED'] } };
    const { webhook, secret } = await register(service, input);
    expect(secret).toMatch(/^whsec_/);
    const again = await register(service, { ...input, description: null });
    expect([again.webhook, again.secret, again.userErrors]).toEqual([webhook, secret, []]);
    for (const other of [{ description: 'other' }, { url: `${URL_OF_HOOK}/2` }, { filter: {} }])
      expect((await register(service, { ...input, ...other })).userErrors).toMatchObject([
        { field: 'idempotencyKey', code: 'IDEMPOTENCY_CONFLICT' },
      ]);
    expect((await register(service, { idempotencyKey: '' })).userErrors).toMatchObject([
      { field: 'idempotencyKey', code: 'VALIDATION_FAILED' },
    ]);
    expect((await register(service, input, bob)).webhook?.id).not.toBe(webhook?.id);
    const atOnce = await Promise.all([1, 2, 3].map(() => register(service, { idempotencyKey: 'second' })));
    expect(new Set(atOnce.map((each) => `${each.webhook?.id} ${each.secret}`)).size).toBe(1);
    const rotated = await act(service, `rotateWebhookSecret(id: "${webhook?.id}") { secret ${WEBHOOK} }`);
    expect((await register(service, input)).secret).toBe(rotated.secret);
    aheadMs = 86_400_000;
    const late = await register(service, input);
    expect([late.webhook?.id, late.secret, late.userErrors]).toEqual([webhook?.id, null, []]);
    expect(await listOf(service)).toHaveLength(2);
  });

  test('of one request are read once', async () => {
    const { service } = await start();
    const { webhook } = await register(service);
    const one = (alias: string) => `${alias}: webhook(id: "${webhook?.id}") { id }`;
    const { data } = await service.graphql(
      `{ webhooks { id } ${one('a')} ${one('b')} c: webhook(id: "x") { id } }`,
    );
    expect(data).toEqual({
      webhooks: [{ id: webhook?.id }],
      a: { id: webhook?.id },
      b: { id: webhook?.id },
      c: null,
    });
  });

  test('are erased with their user, at once, and none is taken meanwhile', async () => {
    const received: string[] = [];
    const address = await serve((request, response) => {
      received.push(request.url ?? '');
      response.end();
    });
    const { service, log } = await start(new URL(address).host);
    await register(service, { url: `${address}/alice` });
    await register(service, { url: `${address}/bob` }, bob);
    const caller = { service: 'state', viewer: viewer('alice') };
    expect((await service.rest('DELETE', '/users/bob/webhooks', { caller })).status).toBe(404);
    expect((await service.rest('DELETE', '/users/alice/webhooks', { caller })).status).toBe(200);
    expect(await listOf(service)).toEqual([]);
    expect((await register(service, { url: address })).userErrors).toMatchObject([{ code: 'USER_ERASING' }]);
    for (const userId of ['alice', 'bob']) await log.publish(blobMessage('a', 1, { userId }));
    await expect.poll(() => received, { timeout: 30_000 }).toEqual(['/bob']);
    const asUser = { caller: { viewer: viewer('alice') } };
    expect((await service.rest('DELETE', '/users/alice/webhooks', asUser)).status).toBe(403);
  });

  test('a deletion waits for what is on its way, and breaks it off', async () => {
    let received = 0;
    const address = await serve(() => {
      received += 1;
    });
    const { service, log } = await start(new URL(address).host);
    const { webhook } = await register(service, { url: address });
    await log.publish(blobMessage('a', 1));
    await expect.poll(() => received, { timeout: 30_000 }).toBe(1);
    const gone = `deleteWebhook(id: "${webhook?.id}") { deletedId userErrors { code } }`;
    expect(await act(service, gone)).toMatchObject({ deletedId: webhook?.id });
    const { text } = service.runtime.metrics;
    expect(await text()).toContain('blobgraph_webhook_deliveries{service="events"} 0');
    expect(received).toBe(1);
  });
});
