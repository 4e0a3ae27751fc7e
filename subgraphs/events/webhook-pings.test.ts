import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { hostList } from '../../platform/egress/hosts.ts';
import { serve } from '../../platform/testing/http-server.ts';
import { type TestService, viewer } from '../../platform/testing/service.ts';
import { startEvents } from './service.fixture.ts';

interface Tested {
  readonly delivered: boolean | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly messageId: string | null;
  readonly userErrors: readonly { readonly field: string | null; readonly code: string; message: string }[];
}

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Starts the service, and a receiver that it may reach. */
async function start(answer: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const url = await serve(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    answer(response);
  });
  const webhooks = { perUser: 3, timeoutMs: 2_000, firstPauseMs: 1_000, giveUpMs: 60_000 };
  const hosts = hostList.parse(new URL(url).host);
  const { service } = await startEvents({ config: { webhooks: { ...webhooks, hosts } } });
  return { service, url, received };
}

async function register(service: TestService, url: string) {
  const query = `mutation ($url: String!) { registerWebhook(input: { url: $url }) { webhook { id } secret } }`;
  const { data } = await service.graphql<{ registerWebhook: { webhook: { id: string }; secret: string } }>(
    query,
    { url },
  );
  if (!data) throw new Error('There is no answer');
  const { webhook, secret } = data.registerWebhook;
  return { id: webhook.id, secret };
}

const PING = `mutation ($id: ID!) {
  pingWebhook(id: $id) { delivered status error messageId userErrors { field code message } }
}`;

async function ping(service: TestService, id: string, userId = 'alice'): Promise<Tested> {
  const caller = { viewer: viewer(userId) };
  const { data } = await service.graphql<{ pingWebhook: Tested }>(PING, { id }, caller);
  if (!data) throw new Error('There is no answer');
  return data.pingWebhook;
}

const act = (service: TestService, mutation: string) =>
  service.graphql(`mutation { done: ${mutation} { userErrors { code } } }`);

const state = async (service: TestService, id: string) => {
  const query =
    'query ($id: ID!) { webhook(id: $id) { state cursor lastTry { status } failedTries deliveredAt } }';
  return (await service.graphql<{ webhook: Record<string, unknown> | null }>(query, { id })).data?.webhook;
};

const refusal = (code: string, message: string) => ({
  ...{ delivered: null, status: null, error: null, messageId: null },
  userErrors: [{ field: expect.anything(), code, message: expect.stringContaining(message) }],
});

test('a test is signed as changes are, is another one each time, and changes nothing of its webhook', async () => {
  const { service, url, received } = await start((response) => response.writeHead(204).end());
  const { id, secret } = await register(service, url);
  const before = await state(service, id);
  const told = [await ping(service, id), await ping(service, id)];
  for (const [index, { headers, body }] of received.entries()) {
    const messageId = headers['webhook-id'];
    expect(told[index]).toEqual({ delivered: true, status: 204, error: null, messageId, userErrors: [] });
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signed = `${messageId}.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect(JSON.parse(body)).toEqual({
      ...{ specversion: '1.0', id: messageId, source: `/webhooks/${id}`, type: 'webhook.ping', subject: id },
      ...{ time: expect.any(String), datacontenttype: 'application/json', data: { webhook_id: id } },
    });
  }
  expect(new Set(told.map(({ messageId }) => messageId)).size).toBe(2);
  expect(await state(service, id)).toEqual(before);
});

test('a server that does not take it is told as that, and is not asked again', async () => {
  let status = 500;
  const { service, url, received } = await start((response) =>
    response.writeHead(status, { location: url }).end(),
  );
  const { id } = await register(service, url);
  for (const [each, error] of [
    [500, 'The receiver answered 500.'],
    [410, 'The receiver answered 410.'],
    [302, 'Redirects are not followed: register the address that it leads to.'],
  ] as const) {
    status = each;
    const told = await ping(service, id);
    expect(told).toMatchObject({ delivered: false, status: each, error, userErrors: [] });
  }
  expect(received).toHaveLength(3);
  expect(await state(service, id)).toMatchObject({ state: 'ACTIVE', lastTry: null, failedTries: 0 });
});

test('one that does not answer in time, or not at all, is told as that', async () => {
  const { service, url } = await start(() => undefined);
  const { id } = await register(service, url);
  expect(await ping(service, id)).toMatchObject({
    ...{ delivered: false, status: null, error: 'No answer came within 2 s.' },
  });
});

test('nothing is sent to where a webhook may not be sent any more', async () => {
  const { service, url, received } = await start((response) => response.end());
  const { id } = await register(service, url);
  const [row] = await (await service.runtime.sql('events')).query<{ url: string }>(
    'UPDATE webhooks SET url = $2 WHERE id = $1 RETURNING url',
    [id, url.replace('127.0.0.1', '127.0.0.2')],
  );
  expect(row?.url).toContain('127.0.0.2');
  const told = await ping(service, id);
  expect(told).toMatchObject({ delivered: false, status: null, messageId: expect.any(String) });
  expect(told.error).toContain('an address to which nothing is sent');
  expect(received).toEqual([]);
});

test('one that is paused may be tested, another user’s may not', async () => {
  const { service, url, received } = await start((response) => response.end());
  const { id } = await register(service, url);
  await act(service, `pauseWebhook(id: "${id}")`);
  expect(await ping(service, id)).toMatchObject({ delivered: true, status: 200 });
  expect(await state(service, id)).toMatchObject({ state: 'PAUSED' });
  const none = refusal('NOT_FOUND', 'You have no webhook of this id.');
  expect(await ping(service, id, 'bob')).toEqual(none);
  expect(await ping(service, 'nothing\u0000')).toEqual(none);
  expect(received).toHaveLength(1);
});

test('a user may test ten times a minute, and each webhook once at a time', async () => {
  const held: ServerResponse[] = [];
  let holds = true;
  const { service, url, received } = await start((response) => {
    if (holds) held.push(response);
    else response.end();
  });
  const { id } = await register(service, url);
  const first = ping(service, id);
  await expect.poll(() => held.length).toBe(1);
  expect(await ping(service, id)).toEqual(refusal('RATE_LIMITED', 'under way'));
  holds = false;
  held[0]?.end();
  expect(await first).toMatchObject({ delivered: true });
  for (let count = 2; count <= 10; count += 1)
    expect(await ping(service, id)).toMatchObject({ delivered: true });
  const told = await ping(service, id);
  expect(told.userErrors).toMatchObject([
    { code: 'RATE_LIMITED', message: expect.stringContaining('10 times a minute') },
  ]);
  expect(received).toHaveLength(10);
});

test('a deletion waits for a test that is on its way', async () => {
  const held: ServerResponse[] = [];
  const { service, url } = await start((response) => held.push(response));
  const { id } = await register(service, url);
  const tested = ping(service, id);
  await expect.poll(() => held.length).toBe(1);
  const order: string[] = [];
  const deleted = act(service, `deleteWebhook(id: "${id}")`).then(() => order.push('deleted'));
  await expect.poll(() => state(service, id)).toBeNull();
  order.push('answered');
  held[0]?.end();
  await Promise.all([tested, deleted]);
  expect(order).toEqual(['answered', 'deleted']);
});
