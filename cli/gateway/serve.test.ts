import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLError, graphql, parse } from 'graphql';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { gatewayOptions } from './options.ts';
import { serveSupergraph } from './serve.ts';

const fed = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';

const sdl = {
  pets: `${fed}
    type Query { pets: [Pet!]! broken: Int }
    type Mutation { adopt(id: ID!): Pet }
    type Subscription { adopted: Pet }
    type Pet @key(fields: "id") { id: ID! name: String! }`,
  owners: `${fed} type Pet @key(fields: "id") { id: ID! owner: String }`,
};

const resolvers = {
  pets: {
    Query: {
      pets: () => [
        { id: '1', name: 'Rex' },
        { id: '2', name: 'Tom' },
      ],
      broken() {
        throw Object.assign(new Error('The vet is away'), {
          extensions: { code: 'VET_AWAY', until: 'noon' },
        });
      },
    },
    Mutation: { adopt: (_: unknown, { id }: { id: string }) => ({ id, name: 'Rex' }) },
  },
  owners: { Pet: { __resolveReference: ({ id }: { id: string }) => ({ id, owner: `owner of ${id}` }) } },
};

interface Asked {
  readonly subgraph: string;
  readonly headers: IncomingHttpHeaders;
}

const asked: Asked[] = [];
let supergraphSdl = '';
/** The same without one field. */
let withoutBroken = '';

/** A subgraph served over HTTP, that notes what it is asked. @returns its URL */
async function startSubgraph(name: keyof typeof sdl): Promise<string> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl[name]), resolvers: resolvers[name] as never });
  const server = createServer(async (request, response) => {
    asked.push({ subgraph: name, headers: request.headers });
    const { query, variables } = (await json(request)) as { query: string; variables: object };
    const result = await graphql({ schema, source: query, variableValues: { ...variables } });
    const errors = result.errors?.map((error: GraphQLError) => error.toJSON());
    const body = JSON.stringify({ ...result, ...(errors ? { errors } : {}) });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

beforeAll(async () => {
  const names = Object.keys(sdl) as (keyof typeof sdl)[];
  const services = await Promise.all(
    names.map(async (name) => ({ name, typeDefs: parse(sdl[name]), url: await startSubgraph(name) })),
  );
  const [pets, ...others] = services as [(typeof services)[0], ...typeof services];
  const typeDefs = parse(sdl.pets.replace('broken: Int', ''));
  supergraphSdl = composeServices(services).supergraphSdl ?? '';
  withoutBroken = composeServices([{ ...pets, typeDefs }, ...others]).supergraphSdl ?? '';
});

const optionsOf = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  gatewayOptions(['--supergraph', 'in-memory', '--port', '0', ...args], environment);

async function start(args: readonly string[] = [], environment?: NodeJS.ProcessEnv) {
  const options = optionsOf(['--planner', 'hive', ...args], environment);
  const gateway = await serveSupergraph(async () => supergraphSdl, {
    options,
    logger: createLogger('silent'),
  });
  onTestFinished(() => gateway.close());
  asked.length = 0;
  return {
    url: gateway.url,
    subgraphs: gateway.subgraphs,
    async ask(query: string, headers: Record<string, string> = {}) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as Record<string, unknown>;
    },
  };
}

describe.each(['apollo', 'hive'])('a gateway over any supergraph, planned by %s', (planner) => {
  it('answers from the subgraphs at the URLs that the supergraph has', async () => {
    const { ask, subgraphs } = await start(['--planner', planner]);
    expect(subgraphs.toSorted()).toEqual(['owners', 'pets']);
    expect(await ask('{ pets { name owner } }')).toEqual({
      data: {
        pets: [
          { name: 'Rex', owner: 'owner of 1' },
          { name: 'Tom', owner: 'owner of 2' },
        ],
      },
    });
    expect(await ask('mutation { adopt(id: "7") { name owner } }')).toEqual({
      data: { adopt: { name: 'Rex', owner: 'owner of 7' } },
    });
  });

  it('says that it is well, and nothing else about itself', async () => {
    const { url } = await start(['--planner', planner]);
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', service: 'gateway' });
    expect((await fetch(`${url}/`)).status).toBe(404);
  });
});

describe('a gateway over any supergraph', () => {
  const sent = { authorization: 'Bearer x', 'x-tenant': 'a', cookie: 'session=1' };

  it('passes the headers on that are listed, to each subgraph, and no others', async () => {
    const { ask } = await start(['--forward-header', 'Authorization', '--forward-header', 'x-tenant']);
    await ask('{ pets { owner } }', sent);
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['pets', 'owners']);
    for (const { headers } of asked) {
      expect(headers).toMatchObject({ authorization: 'Bearer x', 'x-tenant': 'a' });
      expect(headers).not.toHaveProperty('cookie');
    }
  });

  it('passes none on when none is listed', async () => {
    const { ask } = await start();
    await ask('{ pets { name } }', sent);
    const [{ headers }] = asked as [Asked];
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'connection',
      'content-length',
      'content-type',
      'host',
    ]);
  });

  it('tells a subgraph’s errors as the subgraph does', async () => {
    const { ask } = await start();
    expect(await ask('{ broken }')).toEqual({
      errors: [
        expect.objectContaining({
          message: 'The vet is away',
          path: ['broken'],
          extensions: expect.objectContaining({ code: 'VET_AWAY', until: 'noon' }),
        }),
      ],
      data: { broken: null },
    });
  });

  it('serves no subscriptions', async () => {
    const { ask } = await start();
    expect(await ask('subscription { adopted { name } }')).toEqual({
      errors: [
        expect.objectContaining({
          message: 'This gateway serves only queries and mutations.',
          extensions: expect.objectContaining({ code: 'BAD_REQUEST' }),
        }),
      ],
    });
    expect(asked).toEqual([]);
  });

  it('asks for a token where it is told to', async () => {
    const { ask } = await start(['--require-token'], { JWKS_URL: 'http://127.0.0.1:9/keys' });
    expect(await ask('{ pets { name } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(asked).toEqual([]);
  });

  it('explains how an operation was run where it is told to, and else not', async () => {
    const query = '{ pets { name } }';
    const explaining = await start(['--explain']);
    expect(await explaining.ask(query, { 'x-explain': '1' })).toHaveProperty('extensions');
    const silent = await start();
    expect(await silent.ask(query, { 'x-explain': '1' })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('has the limits of operations that it is given', async () => {
    const { ask } = await start(['--limit', 'depth=1']);
    expect(await ask('{ pets { name } }')).toMatchObject({
      errors: [{ message: 'The operation has 2 levels; at most 1 are allowed.' }],
    });
  });
});

describe('a supergraph whose file is replaced', () => {
  const warned: string[] = [];
  const logger = createLogger('info', { write: (line) => void warned.push(line) });

  it('is served without a restart; one that cannot be is refused, and the one before goes on', async () => {
    let text = supergraphSdl;
    const options = optionsOf(['--planner', 'hive']);
    const gateway = await serveSupergraph(async () => text, { options, logger, lookEveryMs: 5 });
    onTestFinished(() => gateway.close());
    const ask = async (query: string) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query });
      const response = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body });
      return (await response.json()) as { data?: unknown; errors?: { message: string }[] };
    };
    const pets = { data: { pets: [{ name: 'Rex' }, { name: 'Tom' }] } };
    const broken = async () => (await ask('{ broken }')).errors?.[0]?.message;
    expect([await ask('{ pets { name } }'), await broken()]).toEqual([pets, 'The vet is away']);
    text = withoutBroken;
    await expect.poll(broken).toContain('Cannot query field');
    text = supergraphSdl.replace(/(name: "pets", url: )"[^"]*"/, '$1"file:///etc/passwd"');
    await expect.poll(() => warned.join('')).toContain('looking for another supergraph failed');
    expect([await ask('{ pets { name } }'), await broken()]).toEqual([
      pets,
      expect.stringContaining('Cannot query field'),
    ]);
    text = supergraphSdl;
    await expect.poll(broken).toBe('The vet is away');
    expect(await ask('{ pets { name } }')).toEqual(pets);
  });
});

describe('a supergraph that cannot be served', () => {
  const refused = (sdlText: string, args: readonly string[] = []) =>
    serveSupergraph(async () => sdlText, { options: optionsOf(args), logger: createLogger('silent') });

  it.each([
    ['', /^The supergraph is not GraphQL: /],
    ['type Query { a: Int }', /^This is a schema, but not a supergraph: /],
  ])('%j', async (text, message) => {
    await expect(refused(text)).rejects.toThrow(message);
  });

  it.each(['', 'pets', 'file:///etc/passwd'])('with a subgraph at %j', async (url) => {
    const broken = supergraphSdl.replace(/(name: "pets", url: )"[^"]*"/, `$1"${url}"`);
    await expect(refused(broken)).rejects.toThrow(
      'The supergraph has no URL (http:// or https://) of the subgraph pets: compose it with one.',
    );
  });

  it('at an address that is none of this machine, or at a port that is taken', async () => {
    const { url } = await start();
    const { port } = new URL(url);
    await expect(refused(supergraphSdl, ['--port', port])).rejects.toThrow(
      `Port ${port} is taken: choose another with --port.`,
    );
    await expect(refused(supergraphSdl, ['--host', '192.0.2.1'])).rejects.toThrow(
      'Cannot listen on 192.0.2.1, port 0: ',
    );
  });
});
