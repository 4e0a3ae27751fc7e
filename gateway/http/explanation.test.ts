import { createHash } from 'node:crypto';
import { parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { viewer } from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

let graph: TestGraph;
const tokens = { operator: '', user: '', local: '', reader: '' };

beforeAll(async () => {
  graph = await startTestGraph({
    blobs: [
      { id: 'b0', owner: 'state', title: 'One' },
      { id: 'b1', owner: 'text-expansion', title: 'Two', parentId: 'b0' },
    ],
  });
  const key = await graph.gateway.runtime.keys.userKey();
  const tokenOf = (userId: string, ...roles: string[]) =>
    signDevelopmentToken({ key, viewer: viewer(userId, ...roles), clock: systemClock });
  tokens.operator = await tokenOf('olga', 'operator');
  tokens.user = await tokenOf('alice');
  tokens.local = await tokenOf('dev');
  tokens.reader = await tokenOf('rita', 'operator', 'read-only');
});
beforeEach(() => {
  graph.asked.length = 0;
});
afterAll(() => graph.stop());

interface Told {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly extensions?: Record<string, unknown>;
}

interface Ask {
  readonly explain?: string;
  readonly as?: keyof typeof tokens;
  readonly accept?: string;
}

async function told(answer: Response) {
  const body = (await answer.json()) as Told;
  const { code, field } = body.errors?.[0]?.extensions ?? {};
  return { status: answer.status, body, code, field };
}

const headersOf = ({ explain = 'plan', as = 'operator', accept = '*/*' }: Ask) => ({
  ...{ authorization: `Bearer ${tokens[as]}`, 'content-type': 'application/json', accept },
  'x-explain': explain,
});

const post = async (body: object, given: Ask = {}) =>
  told(
    await fetch(`${graph.gateway.url}/graphql`, {
      method: 'POST',
      headers: headersOf(given),
      body: JSON.stringify(body),
    }),
  );

const get = async (parameters: Record<string, string>, given: Ask = {}) =>
  told(
    await fetch(`${graph.gateway.url}/graphql?${new URLSearchParams(parameters)}`, {
      headers: headersOf(given),
    }),
  );

/** Each operation of a plan, as its subgraph and text. */
function operationsIn(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const { serviceName, operation } = value as { serviceName?: string; operation?: string };
  if (serviceName && operation) return [[serviceName, operation]];
  return Object.values(value).flatMap(operationsIn);
}

const CONTENT = 'query C($id: ID!) { blob(id: $id) { title content { ... on UserBlob { body } } } }';

describe('`x-explain: plan`', () => {
  test('tells the plan, and asks no subgraph', async () => {
    const { status, body } = await post({ query: CONTENT, variables: { id: 'b0' } });
    expect([status, body.data, Object.keys(body.extensions ?? {})]).toEqual([200, null, ['plan']]);
    expect(graph.asked).toEqual([]);
    const operations = operationsIn(body.extensions?.['plan']);
    expect(operations.length).toBeGreaterThan(0);
    for (const [, text] of operations) expect(() => parse(text)).not.toThrow();
  });

  test('does not run a mutation', async () => {
    const query =
      'mutation M($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } userErrors { code } } }';
    const input = { type: 'note', schemaId: 'text-input-v1', title: 'Not stored', data: {} };
    const { body } = await post({ query, variables: { input } });
    expect(body.extensions?.['plan']).toMatchObject({ kind: 'Fetch', operationKind: 'mutation' });
    expect([graph.asked, graph.blobs.map(({ title }) => title)]).toEqual([[], ['One', 'Two']]);
  });

  test('is answered to GET, too', async () => {
    const { body } = await get({ query: CONTENT, variables: '{"id":"b0"}' });
    expect(operationsIn(body.extensions?.['plan']).length).toBeGreaterThan(0);
    expect(graph.asked).toEqual([]);
  });

  test('plans a subscription without opening it', async () => {
    const query = 'subscription { blobChanged { kind blob { title content { ... on UserBlob { body } } } } }';
    const { status, body } = await post({ query });
    expect([status, body.data]).toEqual([200, null]);
    expect(body.extensions?.['plan']).toMatchObject({
      kind: 'Subscription',
      primary: { operationKind: 'subscription' },
    });
    const run = await post({ query }, { explain: '1', accept: 'application/json, text/event-stream;q=0.1' });
    expect([run.code, run.field]).toEqual(['BAD_REQUEST', 'x-explain']);
  });

  test('follows the variables of `@include`', async () => {
    const query = `query C($id: ID!, $text: Boolean!) {
      blob(id: $id) { title content @include(if: $text) { ... on UserBlob { body } } }
    }`;
    const planned = async (text: boolean) =>
      operationsIn((await post({ query, variables: { id: 'b0', text } })).body.extensions?.['plan'])
        .map(([, operation]) => operation)
        .join(' ');
    expect(await planned(true)).toContain('body');
    expect(await planned(false)).not.toContain('body');
  });

  test('has no content in it: neither variables, nor defaults, nor literals', async () => {
    const query = `mutation M($title: String = "secret-default", $n: JSON = {hidden: "secret-key"}) {
      createBlob(input: {
        type: "secret-type", schemaId: "text-input-v1", title: $title,
        data: { content: "secret-text", metadata: { chapter_num: 4711, more: ["""secret-block""", 47.11] } }
      }) { blob { id } }
      other: createBlob(input: { type: "note", schemaId: "s", data: $n }) { blob { id } }
    }`;
    const { body } = await post({ query, variables: { title: 'secret-value' } });
    expect(operationsIn(body.extensions?.['plan'])).not.toEqual([]);
    expect(JSON.stringify(body)).not.toMatch(/secret|4711|47\.11|hidden|chapter_num/);
  });

  test('names persisted documents as any request does', async () => {
    const hash = createHash('sha256').update(CONTENT).digest('hex');
    const variables = { id: 'b0' };
    const unknown = await post({ documentId: `sha256:${hash}`, variables });
    expect(unknown.code).toBe('PERSISTED_DOCUMENT_NOT_FOUND');
    await post({ query: CONTENT, documentId: `sha256:${hash}`, variables });
    const { body } = await post({ documentId: `sha256:${hash}`, variables });
    expect(operationsIn(body.extensions?.['plan']).length).toBeGreaterThan(0);
  });

  test.each([
    ['that is not valid', { query: '{ noSuchField }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['with a syntax error', { query: '{ me' }, 'GRAPHQL_PARSE_FAILED'],
    ['without a variable that it needs', { query: CONTENT }, 'BAD_REQUEST'],
    ['beyond the limits', { query: `{ ${'a: me { id } '.repeat(80)} }` }, 'QUERY_TOO_COMPLEX'],
  ])('refuses an operation %s, and tells no plan', async (_, request, code) => {
    const answer = await post(request);
    expect([answer.code, answer.body.extensions]).toEqual([code, undefined]);
  });

  test('is nothing where nothing is fetched', async () => {
    const { body } = await post({ query: '{ __typename }' });
    expect(body).toEqual({ data: null, extensions: { plan: null } });
  });

  test('does not plan what the caller may not run', async () => {
    const query = 'mutation { deleteBlob(id: "b0") { deletedIds } }';
    const { code, body } = await post({ query }, { as: 'reader' });
    expect([code, body.extensions]).toEqual(['FORBIDDEN', undefined]);
  });
});

describe('`x-explain`', () => {
  test('with `1` tells the plan beside the answer, which is made once', async () => {
    const asked = () => graph.asked.map(({ query }) => query);
    await post({ query: CONTENT, variables: { id: 'b0' } }, { explain: '0' });
    const plainly = asked();
    graph.asked.length = 0;
    const { body } = await post({ query: CONTENT, variables: { id: 'b0' } }, { explain: '1' });
    expect(body.data).toMatchObject({ blob: { title: 'One' } });
    expect(Object.keys(body.extensions ?? {}).sort()).toEqual(['kept', 'plan', 'requests']);
    expect(asked()).toEqual(plainly);
  });

  test('with `0` explains nothing, whoever asks', async () => {
    const { body } = await post({ query: '{ me { id } }' }, { explain: '0', as: 'user' });
    expect(body).toEqual({ data: { me: { id: 'alice' } } });
  });

  test.each(['plan', '1', 'true'])('with `%s` is refused to users, valid or not', async (explain) => {
    for (const query of [
      CONTENT,
      '{ noSuchField }',
      '{ me',
      'mutation { deleteBlob(id: "b0") { deletedIds } }',
    ]) {
      const { status, code, field, body } = await post(
        { query, variables: { id: 'b0' } },
        { explain, as: 'user' },
      );
      expect([status, code, field, body.extensions]).toEqual([403, 'FORBIDDEN', 'x-explain', undefined]);
    }
    expect(graph.asked).toEqual([]);
  });

  test('is for the local user of a gateway in development', async () => {
    const { status } = await post({ query: '{ me { id } }' }, { as: 'local' });
    expect(status).toBe(200);
  });

  test.each(['yes', 'plan, 1', ''])('with `%s` is refused by name', async (explain) => {
    const { status, code, field } = await post({ query: '{ me { id } }' }, { explain });
    expect([status, code, field]).toEqual([400, 'BAD_REQUEST', 'x-explain']);
  });
});
