import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { faultsAt } from '../../platform/testing/strange-paths.ts';
import type { GraphClient } from '../harness/client.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';

let system: SharedSystem;
let client: GraphClient;

beforeAll(async () => {
  system = await sharedSystem();
  client = await system.client('alice-doors');
});
afterAll(() => system?.leave());

it('a path that is no path of anything is no fault of the gateway’s', async () => {
  const paths = [
    '/graphiql/:x',
    '/graphiql/assets/:x',
    '/api/v1/processors/:x/blobs/:x/artifacts/:x',
    '/api/v1/processors/text-expansion/blobs/:x/artifacts/markdown',
    '/api/v1/processors/:x/users/:x/blobs',
    '/api/v1/processors/text-expansion/users/alice-doors/blobs?since=:x',
    '/api/v1/route?schema_id=:x&event=:x',
    '/graphql/:x',
    '/:x',
    '/graphql?query=:x',
    '/graphql?variables=:x',
  ];
  const authorization = `Bearer ${client.token}`;
  expect(await faultsAt(system.urls.gateway, paths, { authorization })).toEqual([]);
});

/** Documents with members named like properties of every object. */
const documents = [
  '{"content":"x","metadata":{"__proto__":{"polluted":true}}}',
  '{"content":"x","metadata":{"constructor":{"prototype":{"polluted":true}}}}',
  '{"content":"x","metadata":{"toString":"t","hasOwnProperty":1,"__proto__":null}}',
  '{"__proto__":{"content":"y"},"content":"x"}',
];

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } userErrors { field code message } } }
`;

const bodyOf = (data: string): string =>
  `{"query":${JSON.stringify(CREATE)},"variables":{"input":{"type":"note","schemaId":"note-v1","data":${data}}}}`;

interface Created {
  readonly data: {
    readonly createBlob: { readonly blob: { readonly id: string }; readonly userErrors: object[] };
  };
}

async function overHttp(data: string): Promise<Created> {
  const answer = await fetch(`${system.urls.gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${client.token}` },
    body: bodyOf(data),
  });
  return (await answer.json()) as Created;
}

function overWebSocket(data: string): Promise<Created> {
  const socket = new WebSocket(
    `${system.urls.gateway.replace('http', 'ws')}/graphql`,
    'graphql-transport-ws',
  );
  return new Promise<Created>((resolve, reject) => {
    socket.on('open', () => {
      const payload = { authorization: `Bearer ${client.token}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.on('message', (message) => {
      const { type, payload } = JSON.parse(String(message)) as { type: string; payload: Created };
      if (type === 'connection_ack') socket.send(`{"type":"subscribe","id":"1","payload":${bodyOf(data)}}`);
      else if (type === 'next') resolve(payload);
      else reject(new Error(String(message)));
    });
    socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
  }).finally(() => socket.terminate());
}

const asLiteral = async (data: string): Promise<Created> => {
  const literal = data.replaceAll(/"(\w+)":/g, '$1:');
  const query = CREATE.replace('($input: CreateBlobInput!)', '').replace(
    '$input',
    `{ type: "note", schemaId: "note-v1", data: ${literal} }`,
  );
  return (await client.request(query)) as unknown as Created;
};

const doors = { HTTP: overHttp, WebSocket: overWebSocket, 'a literal': asLiteral };

describe.each(Object.entries(doors))('a document that comes by %s', (_, create) => {
  it.each(documents)('keeps its members, whatever their names: %s', async (data) => {
    const created = await create(data);
    expect(created).toMatchObject({ data: { createBlob: { userErrors: [] } } });
    const { id } = created.data.createBlob.blob;
    const answer = await fetch(`${system.urls.gateway}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${client.token}` },
      body: JSON.stringify({
        query: 'query ($id: ID!) { blob(id: $id) { content { ... on UserBlob { body } } } }',
        variables: { id },
      }),
    });
    expect(await answer.text()).toContain(`"body":${data}`);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
