import { createClient } from 'graphql-ws';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeCursor } from '../../platform/events/cursor.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { blobMessage, bookMessage } from '../../platform/testing/events.ts';
import { TEST_SECRET } from '../../platform/testing/identity.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { eventsService } from './main.ts';
import { startEvents } from './service.fixture.ts';

const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start() {
  const { log, service } = await startEvents();
  return { log, service, beginning: encodeCursor(await log.head()) };
}

function connect({ url }: TestService, connectionParams: Record<string, string>, headers = {}) {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    connectionParams,
    retryAttempts: 0,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers });
      }
    },
  });
  cleanUp.push(() => client.dispose());
  return client;
}

/** The request of a WebSocket handshake. */
const UPGRADE = { method: 'GET', path: '/graphql' };

const query = `subscription Changes($after: String, $filter: BlobChangeFilter) {
  blobChanged(after: $after, filter: $filter) { cursor kind blobId version occurredAt blob { __typename id } }
}`;

const userToken = async ({ runtime }: TestService, userId: string) =>
  signDevelopmentToken({ key: await runtime.keys.userKey(), viewer: viewer(userId), clock: runtime.clock });

test('a service subscribes with its signed identity and gets its user’s changes', async () => {
  const { log, service, beginning } = await start();
  const client = connect(service, await service.headers({}, UPGRADE));
  await log.publish(blobMessage('other', 1, { userId: 'bob' }));
  await log.publish(blobMessage('a', 1));
  await log.publish(blobMessage('a', 2, { kind: 'deleted' }));
  const changes = client.iterate({ query, variables: { after: beginning } });
  const { value: first } = await changes.next();
  const { value: second } = await changes.next();
  await changes.return?.();
  expect(first?.data?.['blobChanged']).toEqual({
    cursor: expect.any(String),
    kind: 'CREATED',
    blobId: 'a',
    version: 1,
    occurredAt: '2026-01-31T12:00:00.000Z',
    blob: { __typename: 'BlobIndex', id: 'a' },
  });
  expect(second?.data?.['blobChanged']).toMatchObject({ kind: 'DELETED', blobId: 'a', blob: null });
});

test.each([
  [
    'the payload',
    (secret: string, token: string) => [{ 'X-Service-Secret': secret, Authorization: token }, {}],
  ],
  ['headers', (secret: string, token: string) => [{}, { 'x-service-secret': secret, authorization: token }]],
] as const)(
  'another router subscribes with the secret and the user’s token in %s',
  async (_, credentials) => {
    const { log, service, beginning } = await start();
    const token = `Bearer ${await userToken(service, 'bob')}`;
    const [payload, headers] = credentials(TEST_SECRET, token);
    const changes = connect(service, payload as Record<string, string>, headers).iterate({
      query,
      variables: { after: beginning },
    });
    await log.publish(blobMessage('hers', 1));
    await log.publish(blobMessage('his', 1, { userId: 'bob' }));
    expect((await changes.next()).value?.data?.['blobChanged']).toMatchObject({ blobId: 'his' });
  },
);

test('every field that is declared is served, from events of blobs and of books', async () => {
  const { log, service, beginning: after } = await start();
  const client = connect(service, await service.headers({}, UPGRADE));
  const run = {
    processor_id: 'text-expansion',
    state: 'PROCESSING',
    attempt: 2,
    stage: 'writing',
    progress: 0.5,
  } as const;
  await log.publish(bookMessage('my-novel', 1, { userId: 'bob' }));
  await log.publish(bookMessage('my-novel', 1));
  await log.publish(blobMessage('a', 1, { kind: 'processing', body: { book_id: 'my-novel', run } }));
  const told = async (text: string) => {
    const changes = client.iterate({ query: text, variables: { after } });
    const values = [(await changes.next()).value?.data, (await changes.next()).value?.data];
    await changes.return?.();
    return values.map((data) => Object.values(data ?? {})[0]);
  };
  const ofBook = 'kind bookId blobId state version book { __typename id } blob { __typename id }';
  const [own, ofBlob] = await told(
    `subscription ($after: String) { bookChanged(bookId: "my-novel", after: $after) { ${ofBook} } }`,
  );
  const common = { bookId: 'my-novel', version: 1, book: { __typename: 'Book', id: 'my-novel' } };
  expect(own).toEqual({ ...common, kind: 'UPDATED', blobId: null, state: null, blob: null });
  const blob = { __typename: 'BlobIndex', id: 'a' };
  expect(ofBlob).toEqual({ ...common, kind: 'BLOB_PROCESSING', blobId: 'a', state: 'PROCESSING', blob });
  await log.publish(blobMessage('a', 2, { kind: 'failed' }));
  await log.publish(
    blobMessage('a', 3, { kind: 'completed', body: { run: { ...run, state: 'COMPLETED' } } }),
  );
  const ofRun = 'blobId processorId artifact state attempt stage progress version blob { id }';
  const step = { blobId: 'a', processorId: 'text-expansion', artifact: null, attempt: 2, blob: { id: 'a' } };
  const reported = { ...step, stage: 'writing', progress: 0.5 };
  expect(
    await told(`subscription ($after: String) { processingChanged(after: $after) { ${ofRun} } }`),
  ).toEqual([
    { ...reported, state: 'PROCESSING', version: 1 },
    { ...reported, state: 'COMPLETED', version: 3 },
  ]);
});

test('unauthorised clients are rejected', async () => {
  const { service } = await start();
  const token = `Bearer ${await userToken(service, 'alice')}`;
  const nobody = await service.headers({ viewer: null }, UPGRADE);
  const wrong = { 'x-service-secret': 'not the secret', authorization: token };
  for (const credentials of [{}, { authorization: token }, wrong, nobody]) {
    const subscribed = connect(service, credentials).iterate({ query }).next();
    await expect(subscribed).rejects.toMatchObject({ code: 4401 });
  }
});

test('invalid requests get typed errors', async () => {
  const { service } = await start();
  const client = connect(service, await service.headers({}, UPGRADE));
  const refused = (payload: { query: string; variables?: Record<string, unknown> }) =>
    client
      .iterate(payload)
      .next()
      .then(
        () => [],
        (errors: { extensions: Record<string, unknown> }[]) => errors.map(({ extensions }) => extensions),
      );
  const requestId = expect.any(String);
  expect(await refused({ query, variables: { after: 'garbage' } })).toEqual([
    { code: 'CURSOR_INVALID', field: 'after', requestId },
  ]);
  expect(await refused({ query, variables: { after: 7 } })).toEqual([{ code: 'BAD_REQUEST', requestId }]);
  expect(await refused({ query: '{ nothing }' })).toEqual([{ code: 'GRAPHQL_VALIDATION_FAILED', requestId }]);
  expect(await refused({ query: '{' })).toEqual([{ code: 'GRAPHQL_PARSE_FAILED', requestId }]);
});

const DEAD_LETTERS = `query ($first: Int, $after: String) {
  deadLetters(first: $first, after: $after) {
    nodes { id processorId reason attempts event blobId userId messageId subject body }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
const LETTER = 'query ($id: ID!) { deadLetter(id: $id) { id } }';
const REPLAY =
  'mutation ($id: ID!) { done: replayDeadLetter(id: $id) { id: replayedId userErrors { field code } } }';
const DROP =
  'mutation ($id: ID!) { done: dropDeadLetter(id: $id) { id: droppedId userErrors { field code } } }';

test('only operators list, show, replay and drop dead letters', async () => {
  const service = await startTestService(eventsService);
  cleanUp.push(() => service.stop());
  const operator = { viewer: viewer('olga', 'operator') };
  const log = await service.runtime.eventLog();
  let seen = 0;
  const consumption = await log.consume(
    {
      durable: 'upper-case',
      subjects: ['blob.>'],
      maxInFlight: 1,
      ackWaitMs: 5_000,
      maxDeliver: 1,
      backoffMs: [],
    },
    async ({ earlierAttempts }) => {
      seen += 1;
      return earlierAttempts > 0 ? { kind: 'ack' } : { kind: 'terminate', reason: 'too odd' };
    },
  );
  cleanUp.push(() => consumption.stop(0));
  await log.publish(blobMessage('a', 1));
  await log.publish({ ...blobMessage('b', 1), headers: {} });
  await expect.poll(() => log.deadLetters()).toHaveLength(2);

  type Page = { deadLetters: { nodes: { id: string }[]; pageInfo: { endCursor: string } } };
  const { data: page } = await service.graphql<Page>(DEAD_LETTERS, { first: 1 }, operator);
  expect(page?.deadLetters).toEqual({
    nodes: [
      {
        id: expect.any(String),
        processorId: 'upper-case',
        reason: 'too odd',
        attempts: 1,
        event: 'blob.created',
        blobId: 'a',
        userId: 'alice',
        messageId: 'a:1',
        subject: 'blob.created.alice',
        body: expect.stringContaining('"blob_id":"a"'),
      },
    ],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: expect.any(String) },
  });
  const after = page?.deadLetters.pageInfo.endCursor;
  const { data: rest } = await service.graphql<Page>(DEAD_LETTERS, { first: 1, after }, operator);
  expect(rest?.deadLetters).toMatchObject({
    nodes: [{ event: null, blobId: null, userId: null }],
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
  });

  const [one, two] = [page?.deadLetters.nodes[0]?.id, rest?.deadLetters.nodes[0]?.id];
  const done = async (mutation: string, id: unknown) =>
    (await service.graphql<{ done: unknown }>(mutation, { id }, operator)).data?.done;
  expect(await done(REPLAY, one)).toEqual({ id: one, userErrors: [] });
  await expect.poll(() => seen).toBe(3);
  expect(await done(REPLAY, one)).toEqual({ id: null, userErrors: [{ field: 'id', code: 'NOT_FOUND' }] });
  expect(await done(DROP, two)).toEqual({ id: two, userErrors: [] });
  expect(await done(DROP, two)).toEqual({ id: null, userErrors: [{ field: 'id', code: 'NOT_FOUND' }] });
  expect((await service.graphql(LETTER, { id: one }, operator)).data).toEqual({ deadLetter: null });

  const variables = { id: 'none' };
  for (const query of [DEAD_LETTERS, REPLAY, DROP, LETTER]) {
    const { errors } = await service.graphql(query, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
  for (const [given, code] of [
    [{ first: 0 }, 'VALIDATION_FAILED'],
    [{ first: 101 }, 'VALIDATION_FAILED'],
    [{ after: 'x' }, 'CURSOR_INVALID'],
  ] as const)
    expect((await service.graphql(DEAD_LETTERS, given, operator)).errors).toMatchObject([
      { extensions: { code } },
    ]);
});

test('over HTTP it serves its schema, and points to graphql-ws for subscriptions', async () => {
  const { service } = await start();
  const { data } = await service.graphql<{ _service: { sdl: string } }>('{ _service { sdl } }');
  expect(data?._service.sdl).toContain('blobChanged');
  const { errors } = await service.graphql(query);
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('graphql-ws'),
    extensions: { code: 'BAD_REQUEST' },
  });
  const response = await fetch(`${service.url}/graphql`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(401);
  expect((await service.rest('GET', '/ready')).status).toBe(200);
});
