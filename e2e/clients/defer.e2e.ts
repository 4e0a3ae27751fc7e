import { print } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGraph as createApollo } from '../../examples/apollo/client.ts';
import { PAGE, showPage as showByApollo } from '../../examples/apollo/page.ts';
import { boundaryOf, readParts } from '../../gateway/graphiql/app/requests/parts.ts';
import type { GraphClient } from '../harness/client.ts';
import { createDraft, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';

const QUERY = print(PAGE);
/** Of a draft that has no other, it is its first sentence. */
const TITLE = 'The lamp burned all night.';

let system: System;
let user: GraphClient;
let draftId: string;
let url: string;

beforeAll(async () => {
  system = await startSystem(inject('shape'), {
    intercept: ['text-expansion'],
    environment: { ENTITY_CACHE_MEBIBYTES: '0' },
  });
  user = await system.client();
  url = `${system.urls.gateway}/graphql`;
  draftId = await createDraft(user, { content: TITLE });
  await untilState(user, draftId, 'COMPLETED');
});
afterAll(() => system?.stop());

const processor = () => system.proxy('text-expansion');
const isQuery = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && path.startsWith('/graphql');
/** The processor answers nothing from now on. */
const hold = () => processor().intervene((request) => (isQuery(request) ? 'hold-request' : 'pass'));
beforeEach(hold);
afterEach(() => processor().release());

/** The page as a client shows it: its title, and whether the text is there. */
const shown = (data: unknown) => {
  const { blob } = (data ?? {}) as {
    blob?: { title: string; derived: { nodes: { content: { data?: { expanded: string } } }[] } };
  };
  return blob && { title: blob.title, text: blob.derived.nodes[0]?.content.data?.expanded };
};
const FIRST = { title: TITLE, text: undefined };
const WHOLE = { title: TITLE, text: expect.stringContaining('lamp') };

describe('a processor that does not answer holds no page', () => {
  it('of whoever reads the parts', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'multipart/mixed; deferSpec=20220824, application/json',
        authorization: `Bearer ${user.token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: QUERY, variables: { id: draftId } }),
    });
    const boundary = boundaryOf(response.headers.get('content-type'));
    if (boundary === undefined || !response.body) throw new Error('It is not in parts');
    const parts = readParts(response.body, boundary);
    const first = (await parts.next()).value as { data: unknown; hasNext: boolean };
    expect([shown(first.data), first.hasNext]).toEqual([FIRST, true]);
    processor().release();
    expect((await parts.next()).value).toMatchObject({
      incremental: [
        {
          path: ['blob', 'derived', 'nodes', 0, 'content'],
          label: 'text',
          data: { data: { expanded: WHOLE.text } },
        },
      ],
      hasNext: false,
    });
  });

  const options = () => ({
    url,
    token: () => user.token,
    signIn: () => undefined,
    webSocketImpl: WebSocket,
  });

  it('with Apollo Client', async () => {
    const client = createApollo(options());
    const results: unknown[] = [];
    const leave = showByApollo(client, draftId, (data) => results.push(shown(data)));
    await expect.poll(() => results.at(-1)).toEqual(FIRST);
    processor().release();
    await expect.poll(() => results.at(-1)).toEqual(WHOLE);
    leave();
    client.stop();
  });
});

it('a processor that is away costs what is told later, and says so there', async () => {
  processor().intervene((request) => (isQuery(request) ? 'refuse' : 'pass'));
  const results: { data?: unknown; errors?: unknown; incremental?: unknown }[] = [];
  for await (const result of user.subscribe<object>(QUERY, { id: draftId })) results.push(result);
  const [first, later] = results;
  expect([shown(first?.data), first?.errors]).toEqual([FIRST, undefined]);
  expect(later?.incremental).toMatchObject([
    { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'text-expansion' } }] },
  ]);
});
