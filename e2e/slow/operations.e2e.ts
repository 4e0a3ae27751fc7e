import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareSocket, openSocket, type SocketAnswer } from '../../gateway/testing/socket.ts';
import type { GraphClient } from '../harness/client.ts';
import { compileBook, createDraft, untilState } from '../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';

let system: SharedSystem;
let client: GraphClient;
let socket: BareSocket;
/** A draft of chapter 1 of the book `nov`, expanded and compiled; and the compiled book. */
let draft: string;
let book: string;

beforeAll(async () => {
  system = await sharedSystem();
  client = await system.client('alice-asks');
  socket = await openSocket(system.urls.gateway, { Authorization: `Bearer ${client.token}` });
  draft = await createDraft(client, { content: '# Ch 1\n\nIt rained on the harbour.', book: 'nov' });
  await untilState(client, draft, 'COMPLETED');
  book = (await compileBook(client, { bookId: 'nov' })).compiledBook?.id ?? '';
});
afterAll(async () => {
  socket?.close();
  await system?.leave();
});

interface Operation {
  readonly query?: string;
  readonly variables?: object;
  readonly operationName?: string;
  readonly extensions?: object;
}
interface Told extends SocketAnswer<Record<string, unknown>> {
  /** Only over HTTP. */
  readonly status?: number;
}

async function overHttp(operation: Operation): Promise<Told> {
  const answer = await fetch(`${system.urls.gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${client.token}` },
    body: JSON.stringify(operation),
  });
  return { ...((await answer.json()) as Told), status: answer.status };
}

const overWebSocket = (operation: Operation): Promise<Told> => socket.ask(operation);

const doors = { HTTP: overHttp, WebSocket: overWebSocket };

describe.each(Object.entries(doors))('over %s', (door, ask) => {
  const data = async (operation: Operation) => {
    const answer = await ask(operation);
    expect(answer.errors).toBeUndefined();
    return answer.data;
  };

  it.each([
    '{ blob(id: "D") { ...on BlobIndex { id title } } }',
    '{ blob(id: "D") { ...F } } fragment F on BlobIndex { id title }',
  ])('a type’s own fragment brings its fields: %s', async (query) => {
    expect(await data({ query: query.replace('"D"', JSON.stringify(draft)) })).toEqual({
      blob: { id: draft, title: 'Ch 1' },
    });
  });

  it('a fragment on the interface brings a member’s fields in a query and in a mutation', async () => {
    const fragment = 'fragment B on Blob { id ...on CompiledBook { version } }';
    const query = `query ($id: ID!) { blob(id: $id) { content { ...B } } } ${fragment}`;
    expect(await data({ query, variables: { id: book } })).toEqual({
      blob: { content: { id: book, version: 1 } },
    });
    const mutation = `mutation { compileBook(input: { bookId: "nov", idempotencyKey: "${door}" }) { compiledBook { ...B } } } ${fragment}`;
    expect(await data({ query: mutation })).toEqual({
      compileBook: { compiledBook: { id: expect.any(String), version: expect.any(Number) } },
    });
  });

  it.each([
    ['id: version title', { id: '1.0.0', title: expect.any(String) }],
    ['version: id id: version', { version: 'text-input-v1', id: '1.0.0' }],
  ])('a key that is aliased is what was asked for: %s', async (selection, schema) => {
    const query = `query ($id: ID!) { blob(id: $id) { schema { ${selection} } } }`;
    expect(await data({ query, variables: { id: draft } })).toEqual({ blob: { schema } });
  });

  it('a field that is called `__typename` does not hide the blob', async () => {
    const query = 'query ($id: ID!) { blob(id: $id) { __typename: title content { __typename } } }';
    const answer = await ask({ query, variables: { id: draft } });
    if (answer.errors) expect(answer.errors[0]?.message).toContain('__typename');
    else expect(answer.data).toEqual({ blob: { __typename: 'Ch 1', content: { __typename: 'UserBlob' } } });
  });

  it('introspection tells which inputs take one of their fields', async () => {
    const types = (await data({ query: '{ __schema { types { name isOneOf } } }' })) as {
      __schema: { types: { name: string; isOneOf: boolean | null }[] };
    };
    const of = (name: string) => types.__schema.types.find((type) => type.name === name)?.isOneOf;
    expect([of('CreateBlobInput'), of('BlobIndex')]).toEqual([false, null]);
    const whole = { query: getIntrospectionQuery({ oneOf: true, specifiedByUrl: true }) };
    expect(JSON.stringify(await data(whole))).toContain('"specifiedByURL":"https://');
  });

  it.each<[string, Operation, string, string]>([
    [
      'null where a default makes a variable valid',
      {
        query: 'query($d: OrderDirection) { blobs(first: 1, orderBy: { direction: $d }) { nodes { id } } }',
        variables: { d: null },
      },
      'BAD_REQUEST',
      'orderBy.direction',
    ],
    [
      'null in an input object',
      {
        query: 'query($o: BlobOrder) { blobs(first: 1, orderBy: $o) { nodes { id } } }',
        variables: { o: { direction: null } },
      },
      'BAD_REQUEST',
      'o.direction',
    ],
    [
      'null for a list of a mutation',
      {
        query:
          'mutation($c: [CreateBookChapterInput!]) { createBook(input: { id: "b", title: "T", chapters: $c }) { book { id } } }',
        variables: { c: null },
      },
      'BAD_REQUEST',
      'chapters',
    ],
    [
      'null for a condition',
      { query: 'query($x: Boolean = true) { me { id @skip(if: $x) } }', variables: { x: null } },
      'BAD_REQUEST',
      '$x',
    ],
    [
      'a day for a time',
      {
        query: 'query($d: DateTime) { me { id } blobs(filter: { createdAfter: $d }) { totalCount } }',
        variables: { d: '2026-11-28' },
      },
      'BAD_REQUEST',
      '$d',
    ],
    [
      'a time that is none within an input object',
      {
        query: 'query($f: BlobFilter) { blobs(filter: $f) { totalCount } }',
        variables: { f: { createdAfter: 'yesterday' } },
      },
      'BAD_REQUEST',
      'f.createdAfter',
    ],
    [
      'a blob of a batch without its schema',
      {
        query: 'mutation($i: CreateBlobsInput!) { createBlobs(input: $i) { results { index } } }',
        variables: { i: { blobs: [{ type: 'note', data: {} }] } },
      },
      'BAD_REQUEST',
      'blobs[0]',
    ],
    ['a name that is empty', { query: '{ __typename }', operationName: '' }, 'BAD_REQUEST', 'operationName'],
    ['a name of none', { query: '{ __typename }', operationName: 'X' }, 'BAD_REQUEST', 'operationName'],
    [
      'another text’s hash',
      {
        query: '{ __typename }',
        extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } },
      },
      'BAD_REQUEST',
      'sha256Hash',
    ],
    [
      'another version of persisted queries',
      {
        query: '{ __typename }',
        extensions: { persistedQuery: { version: 2, sha256Hash: 'a'.repeat(64) } },
      },
      'BAD_REQUEST',
      'version',
    ],
    [
      'a hash that is not known',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'b'.repeat(64) } } },
      'PERSISTED_QUERY_NOT_FOUND',
      'PersistedQueryNotFound',
    ],
  ])('is the client’s fault, by name: %s', async (_what, operation, code, name) => {
    const { data: answered, errors, status } = await ask(operation);
    expect(answered ?? null).toBeNull();
    expect(errors).toMatchObject([{ message: expect.stringContaining(name), extensions: { code } }]);
    // Apollo's clients need status 200 for that answer.
    if (door === 'HTTP') expect(status).toBe(code === 'PERSISTED_QUERY_NOT_FOUND' ? 200 : 400);
  });

  it('many blobs are stored by one mutation, each told by itself', async () => {
    const note = (text: string) => ({ type: 'note', schemaId: 'note-v1', data: { text } });
    const query = `mutation ($input: CreateBlobsInput!) {
      createBlobs(input: $input) {
        results { index blob { title content { ... on UserBlob { body } } } userErrors { code field } }
        userErrors { code }
      }
    }`;
    const blobs = [note('One.'), { ...note('Two.'), schemaId: 'none-v1' }, note('Three.')];
    expect(await data({ query, variables: { input: { blobs } } })).toEqual({
      createBlobs: {
        results: [
          { index: 0, blob: { title: 'One.', content: { body: { text: 'One.' } } }, userErrors: [] },
          { index: 1, blob: null, userErrors: [{ code: 'SCHEMA_UNKNOWN', field: 'schemaId' }] },
          { index: 2, blob: { title: 'Three.', content: { body: { text: 'Three.' } } }, userErrors: [] },
        ],
        userErrors: [],
      },
    });
  });

  it('a blob and a book are found by the names that Relay’s compiler asks for', async () => {
    const query = `query ($id: ID!) {
      fetch__BlobIndex(id: $id) { title derived(first: 1) { edges { cursor node { type } } pageInfo { hasNextPage endCursor } } }
      fetch__Book(id: "nov") { id }
      nothing: fetch__BlobIndex(id: "nothing") { title }
    }`;
    expect(await data({ query, variables: { id: draft } })).toMatchObject({
      fetch__BlobIndex: { title: 'Ch 1', derived: { edges: [{ cursor: expect.any(String) }] } },
      fetch__Book: { id: 'nov' },
      nothing: null,
    });
  });
});

describe('a subscription’s own field with a condition', () => {
  it.each<[string, object | undefined]>([
    ['subscription($x: Boolean!) { blobChanged @include(if: $x) { kind } }', { x: true }],
    ['subscription($x: Boolean!) { blobChanged @include(if: $x) { kind } }', {}],
    ['subscription { blobChanged @skip(if: true) { kind } }', undefined],
    [
      'subscription($x: Boolean!) { ...F @include(if: $x) } fragment F on Subscription { blobChanged { kind } }',
      { x: false },
    ],
    ['subscription($x: Boolean!) { ... @skip(if: $x) { blobChanged { kind } } }', { x: false }],
  ])('is refused alone, beside one that goes on: %s', async (query, variables) => {
    const quiet = await system.client();
    const own = await openSocket(system.urls.gateway, { Authorization: quiet.token });
    const head = '{ blobs { liveCursor } }';
    const { data } = await own.ask<{ blobs: { liveCursor: string } }>({ query: head });
    const running = own.ask({
      query: 'subscription ($after: String) { blobChanged(after: $after) { kind blobId } }',
      variables: { after: data?.blobs.liveCursor },
    });
    const { errors } = await own.ask({ query, variables });
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const id = await createDraft(quiet, { content: 'It rained on.' });
    expect(await running).toMatchObject({ data: { blobChanged: { kind: 'CREATED', blobId: id } } });
    own.close();
  });
});

it.each([
  ['createBlob', 'mutation($one: CreateBlobInput!) { createBlob(input: $one) { liveCursor blob { id } } }'],
  [
    'createBlobs',
    'mutation($one: CreateBlobInput!) { createBlobs(input: { blobs: [$one] }) { liveCursor results { blob { id } } } }',
  ],
])(
  'the cursor of %s is from before it: a subscription after it begins with the blob',
  async (name, query) => {
    const own = await system.client();
    const one = { type: 'note', schemaId: 'note-v1', data: { content: 'It rained.' } };
    type Made = Record<
      string,
      { liveCursor: string; blob?: { id: string }; results?: { blob: { id: string } }[] }
    >;
    const { [name]: made } = await own.query<Made>(query, { one });
    const changes = own.subscribe(
      'subscription($after: String) { blobChanged(after: $after) { kind blobId } }',
      {
        after: made?.liveCursor,
      },
    );
    const { value } = await changes.next();
    const blobId = made?.blob?.id ?? made?.results?.[0]?.blob.id;
    expect(value).toMatchObject({ data: { blobChanged: { kind: 'CREATED', blobId } } });
    await changes.return?.();
  },
);

describe('a token in connection_init', () => {
  it.each<[string, (token: string) => object]>([
    ['Authorization', (token) => ({ Authorization: `Bearer ${token}` })],
    ['authorization', (token) => ({ authorization: `Bearer ${token}` })],
    ['without a scheme', (token) => ({ Authorization: token })],
    ['headers.Authorization', (token) => ({ headers: { Authorization: `Bearer ${token}` } })],
    ['headers.authorization', (token) => ({ headers: { authorization: token } })],
    ['authToken', (token) => ({ authToken: token })],
  ])('is taken as %s', async (_form, payload) => {
    const own = await openSocket(system.urls.gateway, payload(client.token));
    expect(await own.ask({ query: '{ me { id } }' })).toEqual({ data: { me: { id: 'alice-asks' } } });
    own.close();
  });

  it('of two users is refused by name', async () => {
    const { token } = await system.client();
    const refused = await openSocket(system.urls.gateway, {
      Authorization: token,
      authToken: client.token,
    });
    expect(await refused.ended()).toEqual([
      4401,
      '`Authorization` and `authToken` are different tokens: send one',
    ]);
  });

  it.each([{ Authorization: ['x'] }, { headers: { authorization: 7 } }, { authToken: 'x' }, {}])(
    'that is none is refused: %j',
    async (payload) => {
      const refused = await openSocket(system.urls.gateway, payload);
      expect(await refused.closed()).toBe(4401);
    },
  );
});
