import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { textHash } from '../../platform/serving/graphql/operation.ts';
import { type GraphQLAnswer, viewer } from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import type { LaterResult } from '../execution/executor.ts';
import { boundaryOf, readParts } from '../graphiql/app/requests/parts.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';
import type { TestBlob } from '../testing/test-subgraphs.ts';

const ACCEPT = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9';
const DRAFTS = 100;

const TEXTS = `query Texts($first: Int = ${DRAFTS}, $later: Boolean! = true) {
  blobs(first: $first) {
    nodes {
      id
      derived { nodes { id content { __typename ...Text @defer(label: "text", if: $later) } } }
    }
  }
}
fragment Text on ExpandedText { data { expanded } }`;

let graph: TestGraph;
let url: string;
let authorization: string;
/** Text-expansion answers when it is called. */
let release: () => void;
let held: Promise<void>;

beforeAll(async () => {
  const blobs = Array.from({ length: DRAFTS }, (_, index): TestBlob[] => [
    { id: `b${index}`, owner: 'state', title: `Draft ${index}` },
    { id: `t${index}`, owner: 'text-expansion', title: `Text ${index}`, parentId: `b${index}` },
  ]);
  const broken: TestBlob = { id: 'broken', owner: 'text-expansion', title: 'Broken' };
  graph = await startTestGraph({
    blobs: [...blobs.flat(), broken],
    hold: ({ subgraph }) => (subgraph === 'text-expansion' ? held : Promise.resolve()),
  });
  url = `${graph.gateway.url}/graphql`;
  authorization = `Bearer ${await graph.token()}`;
});
afterAll(() => graph.stop());
beforeEach(() => {
  graph.asked.length = 0;
  held = new Promise((resolve) => {
    release = resolve;
  });
});

const askedOf = (name: string) => graph.asked.filter(({ subgraph }) => subgraph === name);

/** Requests that the gateway has in work. */
async function inWork(): Promise<number> {
  const metrics = await (await fetch(`${graph.gateway.url}/metrics`)).text();
  return Number(/^blobgraph_requests_in_work\{.*\} (\d+)$/m.exec(metrics)?.[1]);
}

interface Sent {
  readonly accept?: string;
  readonly headers?: Record<string, string>;
  readonly variables?: object;
  readonly signal?: AbortSignal;
}

const send = (query: string, { accept = ACCEPT, headers, variables = {}, signal }: Sent = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { authorization, accept, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });

type Refused = GraphQLAnswer<unknown>;
type Part = Record<string, unknown> & Partial<LaterResult>;

function partsOf(response: Response): AsyncGenerator<Part> {
  const boundary = boundaryOf(response.headers.get('content-type'));
  if (boundary === undefined || !response.body) throw new TypeError('The answer has no parts');
  return readParts(response.body, boundary) as AsyncGenerator<Part>;
}

async function next(parts: AsyncGenerator<Part>): Promise<Part> {
  const { value } = await parts.next();
  return value;
}

describe('an answer in parts', () => {
  it.each(['gzip', 'br', 'identity'])(
    'does not wait for a slow processor, sent with coding %s',
    async (coding) => {
      const response = await send(TEXTS, { headers: { 'accept-encoding': coding } });
      expect(response.headers.get('content-encoding')).toBe(coding === 'identity' ? null : coding);
      expect(response.headers.get('x-accel-buffering')).toBe('no');
      const parts = partsOf(response);
      const { data, hasNext } = await next(parts);
      expect(hasNext).toBe(true);
      expect(data).toMatchObject({
        blobs: {
          nodes: { 1: { derived: { nodes: [{ id: 't1', content: { __typename: 'ExpandedText' } }] } } },
        },
      });
      release();
      const { incremental = [], ...rest } = await next(parts);
      expect(rest).toEqual({ hasNext: false });
      expect(incremental).toHaveLength(DRAFTS);
      expect(incremental[1]).toEqual({
        path: ['blobs', 'nodes', 1, 'derived', 'nodes', 0, 'content'],
        label: 'text',
        data: { data: { expanded: 'expansion t1' } },
      });
      expect(await parts.next()).toMatchObject({ done: true });
      expect(askedOf('state')).toHaveLength(1);
      expect(askedOf('text-expansion').map(({ variables }) => variables['representations'])).toEqual([
        Array.from({ length: DRAFTS }, (_, index) => ({ __typename: 'ExpandedText', id: `t${index}` })),
      ]);
    },
  );

  it('has the boundary of a part with the part, and the last with the last', async () => {
    release();
    const response = await send('{ me { id ... @defer { state { totalBlobs } } } }');
    expect(response.headers.get('content-type')).toBe(
      'multipart/mixed; boundary="graphql"; deferSpec=20220824',
    );
    const head = 'content-type: application/json; charset=utf-8\r\n\r\n';
    expect(await response.text()).toBe(
      [
        `\r\n--graphql\r\n${head}{"data":{"me":{"id":"alice"}},"hasNext":true}`,
        `\r\n--graphql\r\n${head}{"incremental":[{"path":["me"],"data":{"state":{"totalBlobs":${graph.blobs.length}}}}],"hasNext":false}`,
        '\r\n--graphql--\r\n',
      ].join(''),
    );
  });

  it('tells errors with the part that they are of', async () => {
    release();
    const query =
      '{ blob(id: "broken") { id content { ... @defer { ... on ExpandedText { modelUsed } } } } }';
    const parts = partsOf(await send(query));
    expect(await next(parts)).toEqual({ data: { blob: { id: 'broken', content: {} } }, hasNext: true });
    const path = ['blob', 'content'];
    expect(await next(parts)).toEqual({
      incremental: [{ path, data: null, errors: [expect.objectContaining({ path })] }],
      hasNext: false,
    });
  });

  it('is explained with its last part', async () => {
    release();
    const key = await graph.gateway.runtime.keys.userKey();
    const token = await signDevelopmentToken({
      key,
      viewer: viewer('olga', 'operator'),
      clock: systemClock,
    });
    const explained = { headers: { 'x-explain': '1', authorization: `Bearer ${token}` } };
    const parts = partsOf(await send(TEXTS, explained));
    expect(await next(parts)).not.toHaveProperty('extensions');
    const { extensions } = await next(parts);
    expect(extensions).toMatchObject({ requests: [{ subgraph: 'state' }, { subgraph: 'text-expansion' }] });
  });

  it('ends the work on it when its client leaves', async () => {
    const leaving = new AbortController();
    const parts = partsOf(await send(TEXTS, { signal: leaving.signal }));
    await next(parts);
    await expect.poll(() => askedOf('text-expansion').length).toBe(1);
    expect(await inWork()).toBe(1);
    leaving.abort();
    await expect.poll(inWork).toBe(0);
    release();
  });
});

describe('an answer at once', () => {
  const whole = { data: { blobs: { nodes: expect.arrayContaining([expect.anything()]) } } };

  it.each([
    ['JSON', { accept: 'application/json' }],
    ['anything', { accept: '*/*' }],
    ['JSON rather', { accept: 'application/json, multipart/mixed;q=0.5' }],
    ['another format of parts', { accept: 'multipart/mixed;incrementalSpec=v0.2, application/json' }],
    ['parts, with nothing deferred', { variables: { later: false } }],
  ])('is for whoever takes %s', async (_, sent) => {
    release();
    const response = await send(TEXTS, sent);
    expect(response.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json;/);
    const answer = await response.json();
    expect(answer).toEqual(whole);
    expect(JSON.stringify(answer)).toContain('"data":{"expanded":"expansion t0"}');
  });

  it('is JSON for whoever takes parts alone', async () => {
    const response = await send('{ me { id } }', { accept: 'multipart/mixed;deferSpec=20220824' });
    expect(await response.json()).toEqual({ data: { me: { id: 'alice' } } });
  });

  it('is of an operation that nothing came of', async () => {
    const response = await send('{ blob(id: "none") { id ... @defer { content { __typename } } } }');
    expect(await response.json()).toEqual({ data: { blob: null } });
  });
});

it('comes by GET, and by the hash of a text, as well', async () => {
  release();
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: textHash(TEXTS) } });
  const registering = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ query: TEXTS, extensions: JSON.parse(extensions) }),
  });
  await registering.text();
  const search = new URLSearchParams({ extensions, variables: '{"first":1}' });
  const response = await fetch(`${url}?${search}`, {
    headers: { authorization, accept: ACCEPT, 'apollo-require-preflight': '1' },
  });
  const parts = partsOf(response);
  expect(await next(parts)).toMatchObject({ hasNext: true });
  expect((await next(parts)).incremental).toHaveLength(1);
});

it.each([
  ['in a subscription', 'subscription { blobChanged { cursor ... @defer { kind } } }', /`@defer` has no use/],
  [
    'in a fragment of one',
    'subscription { ...F } fragment F on Subscription { blobChanged { ... @defer { kind } } }',
    /has no use/,
  ],
  [
    'at the root of a mutation',
    'mutation { ... @defer { deleteBlob(id: "b") { deletedId } } }',
    /put `@defer` below/,
  ],
  [
    'with a label twice',
    '{ me { ... @defer(label: "a") { id } ... @defer(label: "a") { id } } }',
    /`a` is used twice/,
  ],
  ['with a variable as label', 'query ($l: String) { me { ... @defer(label: $l) { id } } }', /no variable/],
  ['twice', '{ me { ... @defer @defer { id } } }', /only be used once/],
])('@defer %s is refused', async (_, query, message) => {
  const response = await send(query);
  const { errors = [] } = (await response.json()) as Refused;
  expect([response.status, errors[0]?.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  expect(errors.map((each) => each.message).join()).toMatch(message);
});

it('more deferred fragments than are told one by one are refused', async () => {
  const aliases = Array.from({ length: 33 }, (_, index) => `a${index}: blob(id: "b0") { ...F }`);
  const fields = (from: number, to: number) => `... on Query { ${aliases.slice(from, to).join(' ')} }`;
  const fragment = 'fragment F on BlobIndex { ... @defer { title } }';
  const response = await send(`{ ${fields(0, 20)} } ${fragment}`);
  expect(response.status).toBe(200);
  await response.text();
  const nested = 'fragment F on BlobIndex { parent { ... @defer { title } } ... @defer { title } }';
  const { errors = [] } = (await (await send(`{ ${fields(0, 20)} } ${nested}`)).json()) as Refused;
  expect(errors[0]).toMatchObject({ extensions: { code: 'QUERY_TOO_COMPLEX' } });
});

describe('over WebSocket', () => {
  it('is told by one `next` after the other, and a `complete`', async () => {
    const client = await graph.connect();
    const results = client.iterate({ query: TEXTS, variables: { first: 2 } });
    const { value: first } = await results.next();
    expect(first).toMatchObject({ data: { blobs: { nodes: [{ id: 'b0' }, { id: 'b1' }] } }, hasNext: true });
    release();
    const { value: later } = await results.next();
    expect(later).toMatchObject({
      incremental: [{ label: 'text', data: { data: { expanded: 'expansion t0' } } }, { label: 'text' }],
      hasNext: false,
    });
    expect(await results.next()).toMatchObject({ done: true });
  });

  it('ends when its client leaves', async () => {
    const client = await graph.connect();
    const results = client.iterate({ query: TEXTS });
    await results.next();
    await expect.poll(() => askedOf('text-expansion').length).toBe(1);
    expect(await inWork()).toBe(1);
    await results.return?.();
    await expect.poll(inWork).toBe(0);
    release();
  });

  it('is told at once where nothing is deferred', async () => {
    release();
    const client = await graph.connect();
    const results = client.iterate({ query: TEXTS, variables: { first: 1, later: false } });
    const { value } = await results.next();
    expect(value).not.toHaveProperty('hasNext');
    expect(await results.next()).toMatchObject({ done: true });
  });
});
