import { describe, expect, test } from 'vitest';
import { openSocket } from '../testing/socket.ts';
import { STACK, serveAll } from './refusals.fixture.ts';

/** Messages that end a WebSocket connection, and operations that are refused one by one. */

const gateway = serveAll();

describe('GraphQL over WebSocket', () => {
  const authorized = () => openSocket(gateway.url(), { authorization: `Bearer ${gateway.token()}` });
  const subscribe = (id: string, text: string) => ({ type: 'subscribe', id, payload: { query: text } });
  const CHANGES = 'subscription { blobChanged { kind } }';

  test.each([
    ['an operation before connection_init', false, [subscribe('1', '{ me { id } }')], 4401],
    ['a second connection_init', true, [{ type: 'connection_init' }], 4429],
    ['an id that is in use', true, [subscribe('1', CHANGES), subscribe('1', CHANGES)], 4409],
    ['no JSON', true, ['{'], 4400],
    ['a list', true, ['[]'], 4400],
    ['a message of no kind', true, [{ type: 'nothing' }], 4400],
    ['an operation without an id', true, [{ type: 'subscribe', payload: { query: '{ me { id } }' } }], 4400],
    ['an operation without anything', true, [{ type: 'subscribe', id: '1', payload: {} }], 4400],
    ['a frame of 50 MB', true, [`"${'x'.repeat(50_000_000)}"`], 1009],
  ] as const)('%s ends the connection by its code', async (_, isIn, messages, code) => {
    const socket = isIn ? await authorized() : await openSocket(gateway.url());
    for (const message of messages) socket.send(message);
    expect(await socket.closed()).toBe(code);
  });

  test('a client that does not initialise is closed with 4408', async () => {
    const socket = await openSocket(gateway.url());
    expect(await socket.closed()).toBe(4408);
  });

  test.each([
    ['no GraphQL', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    [
      'two operations without a name',
      { query: 'query A { __typename } query B { __typename }' },
      'BAD_REQUEST',
    ],
    ['a field that there is not', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['an id of no document', { documentId: 'nothing' }, 'PERSISTED_DOCUMENT_NOT_FOUND'],
    ['a documentId that is no text', { documentId: 7 }, 'BAD_REQUEST'],
    ['a persisted query in a list', { query: '', extensions: { persistedQuery: [] } }, 'BAD_REQUEST'],
    [
      'a condition on what is subscribed to',
      { query: 'subscription { blobChanged @skip(if: true) { kind } }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s is refused; other operations of the connection go on', async (_, payload, code) => {
    const socket = await authorized();
    socket.send(subscribe('beside', CHANGES));
    const { errors } = await socket.ask(payload);
    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(JSON.stringify(errors)).not.toMatch(STACK);
    expect(await socket.ask({ query: '{ me { id } }' })).toEqual({ data: { me: { id: 'alice' } } });
    socket.close();
  });
});

test('none of these requests caused a fault', () => expect(gateway.faults()).toEqual([]));
