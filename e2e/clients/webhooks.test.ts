import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { receiver, type SentChange } from '../../examples/webhooks/receive.ts';
import { messageOf } from '../../subgraphs/events/webhooks/record/message.ts';
import { newSecret, signedHeaders } from '../../subgraphs/events/webhooks/record/signing.ts';

const secret = newSecret();
const change = { cursor: 'c', kind: 'CREATED', blobId: 'Größe', version: 1, occurredAt: new Date() } as const;
const message = messageOf('hook', change);

/** Starts the example's server. */
async function start(take: (change: SentChange) => Promise<void>) {
  const server = receiver(secret, take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return async (secrets: readonly string[], body = message.body, at = new Date()) => {
    const headers = signedHeaders(message, secrets, at);
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
}

it('the example takes what is signed by its secret, also beside another, and nothing else', async () => {
  const taken: SentChange[] = [];
  const send = await start(async (each) => void taken.push(each));
  expect(await send([secret])).toBe(204);
  expect(await send([newSecret(), secret])).toBe(204);
  expect(await send([newSecret()])).toBe(401);
  expect(await send([secret], message.body.replace('CREATED', 'DELETED'))).toBe(401);
  expect(await send([secret], message.body, new Date(Date.now() - 600_000))).toBe(401);
  expect(taken.map(({ id, data }) => [id, data.blob_id])).toEqual(Array(2).fill([message.id, 'Größe']));
});

it('the example asks for a change again that it could not keep', async () => {
  const send = await start(() => Promise.reject(new Error('The disk is full')));
  expect(await send([secret])).toBe(500);
});
