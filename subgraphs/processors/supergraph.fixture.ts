import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Caller } from '../../platform/identity/service/caller.ts';
import type { SqlServer } from '../../platform/sql/database.ts';
import {
  type Answer,
  startTestService,
  type TestService,
  type TestServiceOptions,
  viewer,
} from '../../platform/testing/service.ts';
import { processorsService } from './main.ts';

export const operator: Caller = { service: 'gateway', viewer: viewer('olga', 'operator') };
const gateway: Caller = { service: 'gateway', viewer: null };

/** SDL of a processor, with more fields of its type of blobs. */
export const sdlOf = (type: string, fields = 'words: Int!', more = ''): string => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  interface Blob { id: ID! }
  "Blobs." type ${type} implements Blob @key(fields: "id") { "Its id." id: ID! ${fields} }
  ${more}`;

export async function listen(answer: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A processor that serves one SDL, and hears who asks for it. */
export async function startProcessor(sdl: string) {
  const heard: IncomingMessage['headers'][] = [];
  const processor = { sdl, answer: undefined as RequestListener | undefined };
  const { server, url } = await listen((request, response) => {
    if (request.url === '/graphql') heard.push(request.headers);
    if (processor.answer) return processor.answer(request, response);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ data: { _service: { sdl: processor.sdl } } }));
  });
  return {
    url,
    heard,
    /** From now on it serves another. */
    serve(next: string) {
      processor.sdl = next;
    },
    answerBy(answer: RequestListener | undefined) {
      processor.answer = answer;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
export type FakeProcessor = Awaited<ReturnType<typeof startProcessor>>;

export interface Change {
  readonly criticality: string;
  readonly coordinate: string;
  readonly usedBy: readonly {
    readonly operation: string;
    readonly count: number;
    readonly lastSeenAt: string;
  }[];
}

/** A payload of a change of the supergraph. */
export interface Payload {
  readonly processor?: { readonly id: string; readonly graphqlType: string } | null;
  readonly supergraph: { readonly version: number; readonly reason: string } | null;
  readonly changes: readonly Change[];
  readonly userErrors: readonly {
    readonly field: string | null;
    readonly code: string;
    readonly message: string;
  }[];
}

const CHANGED = `supergraph { version reason } changes { criticality coordinate usedBy { operation count lastSeenAt } }
  userErrors { field code message }`;

/** The input of a registration, with a subgraph. */
export const inputOf = (id: string, type: string, url: string, subgraph?: object) => ({
  ...{ id, name: id, storageType: 'POSTGRESQL', connectionString: 'its own', databaseName: 'd' },
  ...{ takes: [{ event: 'blob.created', schemaIds: ['text-input-v1'] }], outputSchemaId: `${id}-v1` },
  ...{ graphqlType: type, baseUrl: url, ...(subgraph ? { subgraph } : {}) },
});

async function payload(
  service: TestService,
  text: string,
  variables: Record<string, unknown>,
  caller: Caller,
): Promise<Payload> {
  const { data, errors } = await service.graphql<{ done: Payload }>(text, variables, caller);
  if (!data)
    throw new Error(errors?.map(({ message, extensions }) => `${extensions['code']}: ${message}`).join('\n'));
  return data.done;
}

export const register = (service: TestService, input: object, caller = operator): Promise<Payload> =>
  payload(
    service,
    `mutation ($input: RegisterProcessorInput!) {
      done: registerProcessor(input: $input) { processor { id graphqlType } ${CHANGED} } }`,
    { input },
    caller,
  );

const WRONG = 'userErrors { field code message }';

export const registerCandidate = (service: TestService, input: object): Promise<Payload> =>
  payload(
    service,
    `mutation ($input: RegisterProcessorInput!) { done: registerCandidate(input: $input) { ${WRONG} } }`,
    { input },
    operator,
  );

export const promoteCanary = (service: TestService, id: string, version: string): Promise<Payload> =>
  payload(
    service,
    `mutation ($id: ID!, $version: String!) { done: promoteCanary(id: $id, version: $version) { ${WRONG} } }`,
    { id, version },
    operator,
  );

export const rollBack = (service: TestService, to: number, caller = operator): Promise<Payload> =>
  payload(
    service,
    `mutation ($to: Int!) { done: rollbackSupergraph(to: $to) { ${CHANGED} } }`,
    { to },
    caller,
  );

export const withdraw = (service: TestService, id: string, allow: readonly string[] = []): Promise<Payload> =>
  payload(
    service,
    `mutation ($id: ID!, $allow: [String!]!) {
      done: withdrawSubgraph(processorId: $id, allowBreaking: $allow) { ${CHANGED} } }`,
    { id, allow },
    operator,
  );

export interface Served {
  readonly version: number;
  readonly sdl: string;
  readonly hash: string;
  readonly subgraphs: readonly {
    readonly name: string;
    readonly url: string;
    readonly types: readonly string[];
  }[];
}

/** The supergraph as services are told it. */
export const served = async (service: TestService): Promise<Served> =>
  (await service.rest<Served>('GET', '/api/v1/supergraph', { caller: gateway })).body;

export const askFor = (service: TestService, query: string): Promise<Answer<Served>> =>
  service.rest<Served>('GET', `/api/v1/supergraph?${query}`, { caller: gateway });

export const reportUse = (service: TestService, name: string, coordinates: readonly string[]) =>
  service.rest('POST', '/api/v1/operation-usage', {
    caller: gateway,
    body: {
      operations: [
        {
          ...{ hash: `hash-of-${name}`, name, kind: 'query', coordinates, count: 12 },
          last_seen_at: new Date().toISOString(),
        },
      ],
    },
  });

/** State, which keeps blobs of these processors. */
export async function startState(keeping: Set<string>) {
  return listen(({ url = '' }, response) => {
    const [, id = ''] = /^\/api\/v1\/processors\/([^/]+)\/kept$/.exec(url) ?? [];
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ kept: keeping.has(id) }));
  });
}

/** A process of the registry. */
export const startRegistry = (sql: SqlServer, more: TestServiceOptions = {}): Promise<TestService> =>
  startTestService(processorsService, { sql: (name) => sql.database(name), ...more });
