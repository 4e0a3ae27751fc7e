import { describe, expect, it } from 'vitest';
import { type Caller, newCaller, runState } from '../testing/subgraph.fixture.ts';

const { create, state } = runState();

interface Refused {
  readonly error?: { readonly code: string; readonly field?: string; readonly message: string };
  readonly errors?: { readonly message: string; readonly extensions: { code: string; field?: string } }[];
}

/** A body as it is written here, not as JavaScript would write its value. */
async function send<Body>(caller: Caller, path: string, body: string) {
  const call = { method: 'POST', path };
  const headers = { ...(await state.headers(caller, call)), 'content-type': 'application/json' };
  const answer = await fetch(`${state.url}${path}`, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as Body & Refused };
}

const post = (caller: Caller, data: string, over = '') =>
  send<{ blob?: { id: string } }>(
    caller,
    '/api/v1/blobs',
    `{"type":"note","schema_id":"note-v1","data":${data}${over}}`,
  );
const CREATE =
  'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } userErrors { field code message } } }';
type Created = { data?: { createBlob: { blob: { id: string } | null; userErrors: object[] } } };
const mutate = (caller: Caller, data: string) =>
  send<Created>(
    caller,
    '/graphql',
    `{"query":${JSON.stringify(CREATE)},"variables":{"input":{"type":"note","schemaId":"note-v1","data":${data}}}}`,
  );
const literally = (caller: Caller, data: string) => {
  const query = `mutation { createBlob(input: { type: "note", schemaId: "note-v1", data: ${data} }) { blob { id } userErrors { code } } }`;
  return send<Created>(caller, '/graphql', JSON.stringify({ query }));
};

/** The document as REST and as GraphQL give it back. */
async function read(caller: Caller, id: string): Promise<[rest: string, graph: string]> {
  const { body } = await state.rest<{ blob: { data: unknown } }>('GET', `/api/v1/blobs/${id}`, { caller });
  const query = 'query ($id: ID!) { blob(id: $id) { content { ... on UserBlob { body } } } }';
  const { data } = await state.graphql<{ blob: { content: { body: unknown } } }>(query, { id }, caller);
  return [JSON.stringify(body.blob.data), JSON.stringify(data?.blob.content.body)];
}

const total = async (caller: Caller) =>
  (await state.graphql<{ blobs: { totalCount: number } }>('{ blobs { totalCount } }', {}, caller)).data?.blobs
    .totalCount;

describe('a document with a number that would not be kept', () => {
  it.each([
    ['{"content":"x","n":9007199254740993}', 'n'],
    ['{"content":"x","n":1e400}', 'n'],
    ['{"content":"x","n":12345678901234567890}', 'n'],
    ['{"content":"x","list":[{"n":0.12345678901234567890}]}', 'list.0.n'],
    ['{"content":"x","n":-1e-400}', 'n'],
  ])('is refused by its place, and nothing of it is stored: %s', async (data, field) => {
    const caller = newCaller();
    const place = field.replaceAll('.', '/');
    const rest = await post(caller, data);
    expect(rest).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
    expect(rest.body.error).toMatchObject({ field: `data.${field}` });
    expect(rest.body.error?.message).toContain(`/data/${place}\``);
    const variable = await mutate(caller, data);
    expect(variable.status).toBe(400);
    expect(JSON.stringify(variable.body)).toContain(`/variables/input/data/${place}\``);
    const literal = await literally(caller, data.replaceAll(/"(\w+)":/g, '$1: '));
    expect(literal.body.errors).toMatchObject([
      { extensions: { code: 'VALIDATION_FAILED', field: `input.data.${field}` } },
    ]);
    expect(literal.body.errors?.[0]?.message).toContain(`/input/data/${place}\``);
    expect(await total(caller)).toBe(0);
  });

  it('does not count as another’s input for an idempotency key', async () => {
    const caller = newCaller();
    const key = ',"idempotency_key":"k"';
    const first = await post(caller, '{"n":9007199254740992}', key);
    expect(first.status).toBe(201);
    expect((await post(caller, '{"n":9007199254740993}', key)).body.error?.code).toBe('VALIDATION_FAILED');
    expect((await post(caller, '{"n":9007199254740994}', key)).body.error?.code).toBe('IDEMPOTENCY_CONFLICT');
    for (const same of ['9007199254740992.0', '9.007199254740992e15', '9007199254740992'])
      expect((await post(caller, `{"n":${same}}`, key)).body.blob?.id).toBe(first.body.blob?.id);
  });
});

describe('a document', () => {
  it.each([
    ['{"content":"x","n":0.1,"m":1.0,"k":1e2,"z":-0}', '{"content":"x","n":0.1,"m":1,"k":100,"z":0}'],
    ['{"content":"9007199254740993 in words, 1e400 too"}', undefined],
    ['{"content":"x","__proto__":{"a":1},"constructor":{"prototype":{"b":{"__proto__":2}}}}', undefined],
    ['{"content":"x","$set":{"a":1},"a.b":2,"":3}', undefined],
  ])('is stored as it was sent: %s', async (data, kept = data) => {
    const caller = newCaller();
    const rest = await post(caller, data);
    expect(rest.status).toBe(201);
    expect(await read(caller, rest.body.blob?.id ?? '')).toEqual([kept, kept]);
    const graph = await mutate(caller, data);
    expect(graph.body.data?.createBlob.userErrors).toEqual([]);
    expect(await read(caller, graph.body.data?.createBlob.blob?.id ?? '')).toEqual([kept, kept]);
  });

  it('with `__proto__` is the same as a literal, is told from others, and changes no other object', async () => {
    const caller = newCaller();
    const literal = await literally(caller, '{ text: "x", __proto__: { polluted: 1 } }');
    const id = literal.body.data?.createBlob.blob?.id ?? '';
    const [rest] = await read(caller, id);
    expect(rest).toBe('{"text":"x","__proto__":{"polluted":1}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const key = ',"idempotency_key":"proto"';
    expect((await post(caller, '{"__proto__":{"a":1}}', key)).status).toBe(201);
    expect((await post(caller, '{"__proto__":{"a":1}}', key)).status).toBe(201);
    expect((await post(caller, '{"__proto__":{"a":2}}', key)).body.error?.code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await post(caller, '{}', key)).body.error?.code).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('of a chapter may stand in a book of any id', async () => {
    const caller = newCaller();
    for (const book_id of ['..', '.', 'a/b', '../x', '~', '~..']) {
      const data = { content: 'It rained.', metadata: { book_id, chapter_num: 1 } };
      const { userErrors } = await create(caller, { type: 'chapter_draft', schemaId: 'text-input-v1', data });
      expect(userErrors).toEqual([]);
      const { data: answer } = await state.graphql(
        'query ($id: ID!) { book(id: $id) { id chapters { chapterNum } } }',
        { id: book_id },
        caller,
      );
      expect(answer).toEqual({ book: { id: book_id, chapters: [{ chapterNum: 1 }] } });
    }
  });
});
