import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type ChangeFeed, type ChangeFeedOptions, openChangeFeed } from '../../platform/changes/feed.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Config, ServiceName } from '../../platform/config.ts';
import { signDevelopmentToken } from '../../platform/identity/user-tokens.ts';
import { createLogger } from '../../platform/logger.ts';
import { type MemoryLog, memoryLog } from '../../platform/testing/memory-log.ts';
import {
  type GraphQLAnswer,
  startTestService,
  type TestService,
  type TestServiceOptions,
  viewer,
} from '../../platform/testing/service.ts';
import { gatewayService } from '../main.ts';
import { type Asked, type Hold, startSubgraphs, type TestBlob } from './subgraphs.ts';

/** A gateway over small subgraphs, as it is served. */
export interface TestGraph {
  readonly gateway: TestService;
  readonly log: MemoryLog;
  readonly blobs: TestBlob[];
  /** Requests to subgraphs since it was last emptied. */
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
}

export async function startTestGraph({
  blobs = [],
  feed,
  hold,
  config,
  ...options
}: TestGraphOptions = {}): Promise<TestGraph> {
  const asked: Asked[] = [];
  const subgraphs = await startSubgraphs(blobs, asked, hold);
  const log = memoryLog();
  let changes: ChangeFeed | undefined;
  const gateway = await startTestService(gatewayService, {
    // This graph has these subgraphs, whichever the project has beside them.
    config: { services: [...subgraphs.keys()], ...config },
    urls: Object.fromEntries([...subgraphs].map(([name, { url }]) => [name, url])) as Partial<Config['urls']>,
    eventLog: async () => log,
    async changeFeed() {
      changes ??= openChangeFeed({ log, logger: createLogger('silent'), ...feed });
      return changes;
    },
    ...options,
  });
  const clients: Client[] = [];
  const token = async (userId = 'alice') => {
    const key = await gateway.runtime.keys.userKey();
    return signDevelopmentToken({ key, viewer: viewer(userId), clock: systemClock });
  };
  return {
    gateway,
    log,
    blobs,
    asked,
    token,
    async graphql<Data>(query: string, variables: Record<string, unknown> = {}, userId?: string) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await token(userId)}` },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphQLAnswer<Data>;
    },
    async connect(connectionParams) {
      const client = createClient({
        url: `${gateway.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: connectionParams ?? { authorization: `Bearer ${await token()}` },
        retryAttempts: 0,
      });
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
