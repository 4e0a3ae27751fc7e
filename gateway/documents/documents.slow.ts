import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readSettings } from '../../platform/config/config.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { viewer } from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { openSocket } from '../testing/socket.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const TITLE = 'query Title($id: ID!) { blob(id: $id) { title } }';
const TWO = 'query A { me { id } } query B { __typename }';
const CHANGES = 'subscription Changes { blobChanged { kind } }';
const RETRY = 'mutation Retry { retryProcessing(blobId: "b", processorId: "p") { blob { id } } }';
const DEEP = `query Deep { blobs(first: 1) { nodes ${'{ parent '.repeat(20)}{ id }${' }'.repeat(20)} } }`;
const GONE = 'query Gone { me { fieldOfLastYear } }';
const manifest = {
  [`sha256:${sha256(TITLE)}`]: TITLE,
  two: TWO,
  changes: CHANGES,
  retry: RETRY,
  deep: DEEP,
  gone: GONE,
  constructor: '{ me { id } }',
};

interface Told {
  data?: unknown;
  errors?: { message: string; extensions: { code: string } }[];
}

let file: string;
const graphs: TestGraph[] = [];

async function start(environment: Record<string, string> = {}): Promise<TestGraph> {
  const graph = await startTestGraph({
    blobs: [{ id: 'b0', owner: 'state', title: 'One' }],
    config: { settings: (schema) => readSettings(schema, { PERSISTED_DOCUMENTS: file, ...environment }) },
  });
  graphs.push(graph);
  return graph;
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-persisted-'));
  file = join(folder, 'documents.json');
  await writeFile(file, JSON.stringify(manifest));
});

afterAll(async () => {
  await Promise.all(graphs.map((graph) => graph.stop()));
  await rm(join(file, '..'), { recursive: true });
});

async function tokenOf(graph: TestGraph, userId: string, ...roles: string[]): Promise<string> {
  const key = await graph.gateway.runtime.keys.userKey();
  return signDevelopmentToken({ key, viewer: viewer(userId, ...roles), clock: systemClock });
}

/** The transports, all of which take the same members of a request. */
const transports = {
  async POST(graph: TestGraph, members: object, token: string): Promise<Told> {
    const response = await fetch(`${graph.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(members),
    });
    return (await response.json()) as Told;
  },
  async GET(graph: TestGraph, members: object, token: string): Promise<Told> {
    const search = new URLSearchParams(
      Object.entries(members).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    const headers = { authorization: `Bearer ${token}` };
    return (await (await fetch(`${graph.gateway.url}/graphql?${search}`, { headers })).json()) as Told;
  },
  async WebSocket(graph: TestGraph, members: object, token: string): Promise<Told> {
    const socket = await openSocket(graph.gateway.url, { authorization: `Bearer ${token}` });
    const told = await socket.ask(members);
    socket.close();
    return told;
  },
};

const codeOf = ({ errors }: Told) => errors?.[0]?.extensions.code;
const persisted = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

describe.each(Object.keys(transports) as (keyof typeof transports)[])('documents by %s', (door) => {
  let graph: TestGraph;
  let token: string;
  const ask = (members: object) => transports[door](graph, members, token);
  beforeAll(async () => {
    graph = await start();
    token = await tokenOf(graph, 'alice');
  });
  beforeEach(() => {
    graph.asked.length = 0;
  });

  const title = { data: { blob: { title: 'One' } } };
  const variables = { id: 'b0' };

  test.each([
    ['sha256: and the hash', { documentId: `sha256:${sha256(TITLE)}`, variables }, title],
    ['the hash alone', { documentId: sha256(TITLE), variables }, title],
    ['the hash, as Apollo’s clients say it', { ...persisted(sha256(TITLE)), variables }, title],
    ['an id of the operator’s', { documentId: 'two', operationName: 'B' }, { data: { __typename: 'Query' } }],
    [
      'such an id, as Apollo’s clients send it',
      { ...persisted('two'), operationName: 'B' },
      { data: { __typename: 'Query' } },
    ],
    ['a name that is an inherited member', { documentId: 'constructor' }, { data: { me: { id: 'alice' } } }],
    ['text and hash', { query: TITLE, documentId: `sha256:${sha256(TITLE)}`, variables }, title],
  ])('a listed document is run by %s', async (_, members, answer) => {
    expect(await ask(members)).toEqual(answer);
  });

  test.each([
    ['unknown', { documentId: 'nothing' }, 'PERSISTED_DOCUMENT_NOT_FOUND'],
    ['of another hash', { documentId: `sha256:${'a'.repeat(64)}` }, 'PERSISTED_DOCUMENT_NOT_FOUND'],
    ['unknown to Apollo’s clients', persisted('a'.repeat(64)), 'PERSISTED_QUERY_NOT_FOUND'],
    ['__proto__', { documentId: '__proto__' }, 'PERSISTED_DOCUMENT_NOT_FOUND'],
    ['toString', { documentId: 'toString' }, 'PERSISTED_DOCUMENT_NOT_FOUND'],
    ['longer than any', { documentId: 'x'.repeat(257) }, 'BAD_REQUEST'],
    [
      'beside another text',
      { documentId: `sha256:${sha256(TITLE)}`, query: '{ __typename }' },
      'BAD_REQUEST',
    ],
    ['of an operator’s beside a text', { documentId: 'two', query: TWO }, 'BAD_REQUEST'],
    ['beside another hash', { documentId: 'two', ...persisted(sha256(TITLE)) }, 'BAD_REQUEST'],
    [
      'of another version',
      { extensions: { persistedQuery: { version: 2, sha256Hash: sha256(TITLE) } } },
      'BAD_REQUEST',
    ],
    ['without the operation’s name', { documentId: 'two' }, 'BAD_REQUEST'],
    ['no longer of the graph', { documentId: 'gone' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['too deep, listed or not', { documentId: 'deep' }, 'QUERY_TOO_COMPLEX'],
    ['without its variable', { documentId: sha256(TITLE) }, 'BAD_REQUEST'],
  ])('one that is %s is refused', async (_, members, code) => {
    expect(codeOf(await ask(members))).toBe(code);
    expect(graph.asked).toEqual([]);
  });

  test('a text registered by one user is found by its hash by all, and by nobody before', async () => {
    const text = `{ me { id } } # ${door}`;
    const bob = await tokenOf(graph, 'bob');
    const hash = persisted(sha256(text));
    const byBob = (members: object) => transports[door](graph, members, bob);
    expect(codeOf(await byBob(hash))).toBe('PERSISTED_QUERY_NOT_FOUND');
    // Sent without its hash, a text is not registered.
    await ask({ query: text });
    expect(codeOf(await byBob(hash))).toBe('PERSISTED_QUERY_NOT_FOUND');
    await ask({ query: text, ...hash });
    expect(await byBob(hash)).toEqual({ data: { me: { id: 'bob' } } });
    expect(await byBob({ documentId: `sha256:${sha256(text)}` })).toEqual({ data: { me: { id: 'bob' } } });
  });
});

test('an invalid listed document is logged at the start, with its id', async () => {
  const graph = await start();
  const lines = graph.gateway.logs.filter((line) =>
    line.includes('listed document is invalid and not served'),
  );
  expect(lines.map((line) => (JSON.parse(line) as { documentId: string }).documentId)).toEqual([
    'deep',
    'gone',
  ]);
  expect(lines.join()).toContain('fieldOfLastYear');
});

test('a listed mutation is run by POST only, and a listed subscription over WebSocket', async () => {
  const graph = await start();
  const authorization = `Bearer ${await tokenOf(graph, 'alice')}`;
  const get = await fetch(`${graph.gateway.url}/graphql?documentId=retry`, { headers: { authorization } });
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  const socket = await openSocket(graph.gateway.url, { authorization });
  socket.send({ type: 'subscribe', id: 'changes', payload: { documentId: 'changes' } });
  expect(await socket.ask({ documentId: 'two', operationName: 'A' })).toEqual({
    data: { me: { id: 'alice' } },
  });
  socket.close();
});

describe.each(['true', 'except-operators'])('where only listed documents are allowed (%s)', (only) => {
  let graph: TestGraph;
  let [alice, operator] = ['', ''];
  beforeAll(async () => {
    graph = await start({ PERSISTED_DOCUMENTS_ONLY: only });
    [alice, operator] = await Promise.all([tokenOf(graph, 'alice'), tokenOf(graph, 'op', 'operator')]);
  });

  test.each(Object.entries(transports))('%s refuses all others', async (_, ask) => {
    const mine = { data: { me: { id: 'alice' } } };
    expect(await ask(graph, { query: '{ me { id } }' }, alice)).toEqual(mine);
    expect(await ask(graph, { query: TWO, operationName: 'A' }, alice)).toEqual(mine);
    const other = '{ me { id } } ';
    const byHash = persisted(sha256(other));
    expect(codeOf(await ask(graph, { query: other }, alice))).toBe('DOCUMENT_NOT_LISTED');
    expect(codeOf(await ask(graph, { query: other, ...byHash }, alice))).toBe('DOCUMENT_NOT_LISTED');
    expect(codeOf(await ask(graph, byHash, alice))).toBe('DOCUMENT_NOT_LISTED');
    expect(codeOf(await ask(graph, { query: '{' }, alice))).toBe('DOCUMENT_NOT_LISTED');
    const byOperator = await ask(graph, { query: other, ...byHash }, operator);
    if (only === 'true') expect(codeOf(byOperator)).toBe('DOCUMENT_NOT_LISTED');
    else expect(byOperator).toEqual({ data: { me: { id: 'op' } } });
    // A text that an operator registers is not listed.
    expect(codeOf(await ask(graph, byHash, alice))).toBe('DOCUMENT_NOT_LISTED');
  });
});

test.each([
  [{ PERSISTED_DOCUMENTS: '/nowhere' }, /^PERSISTED_DOCUMENTS: \/nowhere cannot be read \(ENOENT\)\.$/],
  [{ PERSISTED_DOCUMENTS: '', PERSISTED_DOCUMENTS_ONLY: 'true' }, /^PERSISTED_DOCUMENTS: set it beside/],
  [{ PERSISTED_DOCUMENTS_ONLY: 'yes' }, /^PERSISTED_DOCUMENTS_ONLY: /],
])('with %o, the gateway does not start', async (environment, message) => {
  await expect(start(environment as unknown as Record<string, string>)).rejects.toThrow(message);
});
