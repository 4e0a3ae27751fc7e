import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type ChangeFeed, type ChangeFeedOptions, openChangeFeed } from '../../platform/changes/feed.ts';
import { type Config, readSettings, type ServiceName } from '../../platform/config/config.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { type MemoryLog, memoryLog } from '../../platform/testing/memory-log.ts';
import {
  type GraphQLAnswer,
  startTestService,
  type TestService,
  type TestServiceOptions,
  viewer,
} from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { gatewayService } from '../main.ts';
import { type Asked, type Hold, startSubgraphs, type TestBlob } from './test-subgraphs.ts';

/** A running gateway over small subgraphs. */
export interface TestGraph {
  readonly gateway: TestService;
  readonly log: MemoryLog;
  readonly blobs: TestBlob[];
  /** Requests to subgraphs since the array was last emptied. */
  readonly asked: Asked[];
  token(userId?: string): Promise<string>;
  graphql<Data = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
    userId?: string,
  ): Promise<GraphQLAnswer<Data>>;
  /** A client of graphql-ws, disposed of with the graph. */
  connect(connectionParams?: Record<string, unknown>): Promise<Client>;
  stopSubgraph(name: ServiceName): Promise<void>;
  stop(): Promise<void>;
}

export interface TestGraphOptions extends TestServiceOptions {
  readonly blobs?: TestBlob[];
  readonly feed?: Partial<ChangeFeedOptions>;
  /** Holds requests to subgraphs. Default: none. */
  readonly hold?: Hold;
  /** The event log. Default: one of its own. */
  readonly log?: MemoryLog;
  /** Where the registry answers, in the place of one that has no supergraph. */
  readonly registry?: string;
  /** Mebibytes of entities that are kept. Default: 0, so that counts of requests do not depend on what is kept. */
  readonly entityCacheMiB?: number;
}

async function ask<Data>(
  url: string,
  token: string,
  body: { readonly query: string; readonly variables: Record<string, unknown> },
): Promise<GraphQLAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return (await response.json()) as GraphQLAnswer<Data>;
}

const clientOf = (url: string, connectionParams: Record<string, unknown>): Client =>
  createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });

async function tokenOf({ runtime }: TestService, userId: string): Promise<string> {
  const key = await runtime.keys.userKey();
  return signDevelopmentToken({ key, viewer: viewer(userId), clock: systemClock });
}

export async function startTestGraph(options: TestGraphOptions = {}): Promise<TestGraph> {
  const {
    blobs = [],
    feed,
    hold,
    entityCacheMiB = 0,
    config,
    log = memoryLog(),
    registry,
    ...rest
  } = options;
  const asked: Asked[] = [];
  const subgraphs = await startSubgraphs(blobs, asked, hold);
  let changes: ChangeFeed | undefined;
  const gateway = await startTestService(gatewayService, {
    // Only these subgraphs, whichever others the project has.
    config: {
      services: [...subgraphs.keys()],
      settings: (schema) => readSettings(schema, { ENTITY_CACHE_MEBIBYTES: String(entityCacheMiB) }),
      ...config,
    },
    urls: {
      ...(Object.fromEntries([...subgraphs].map(([name, { url }]) => [name, url])) as Partial<
        Config['urls']
      >),
      ...(registry && { processors: registry }),
    },
    eventLog: async () => log,
    async changeFeed() {
      changes ??= openChangeFeed({ log, logger: createLogger('silent'), ...feed });
      return changes;
    },
    ...rest,
  });
  const clients: Client[] = [];
  return {
    ...{ gateway, log, blobs, asked },
    token: (userId = 'alice') => tokenOf(gateway, userId),
    async graphql(query, variables = {}, userId = 'alice') {
      return ask(gateway.url, await tokenOf(gateway, userId), { query, variables });
    },
    async connect(params) {
      const token = await tokenOf(gateway, 'alice');
      const client = clientOf(gateway.url, params ?? { authorization: `Bearer ${token}` });
      clients.push(client);
      return client;
    },
    async stopSubgraph(name) {
      await subgraphs.get(name)?.stop();
      subgraphs.delete(name);
    },
    async stop() {
      await Promise.all(clients.map((client) => client.dispose()));
      await gateway.stop();
      await changes?.close();
      await Promise.all([...subgraphs.values()].map((subgraph) => subgraph.stop()));
    },
  };
}
