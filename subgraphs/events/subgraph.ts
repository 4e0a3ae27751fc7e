import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { execute, parse, subscribe } from 'graphql';
import type { Caller } from '../../platform/identity/service-tokens.ts';
import { acceptedUntil } from '../../platform/identity/user-tokens.ts';
import { measureSockets } from '../../platform/metrics.ts';
import { projectFile } from '../../platform/paths.ts';
import type { ServiceRuntime } from '../../platform/runtime.ts';
import { assertAccess } from '../../platform/serving/access/decide.ts';
import { accessTo } from '../../platform/serving/access/table.ts';
import {
  authenticateService,
  bearerToken,
  ROUTER_SECRET_HEADER,
  requireViewer,
} from '../../platform/serving/authenticate.ts';
import { serveSubgraph } from '../../platform/serving/graphql.ts';
import { createOperationCheck } from '../../platform/serving/operation.ts';
import {
  type Credentials,
  type Session,
  serveOperationsOverWebSocket,
} from '../../platform/serving/websocket/websocket.ts';
import type { Context } from './models.ts';
import { resolvers } from './resolvers.ts';

type EventsRuntime = Pick<
  ServiceRuntime,
  'config' | 'metrics' | 'clock' | 'logger' | 'serviceTokens' | 'userTokens' | 'changeFeed' | 'eventLog'
>;

/** A WebSocket begins as a request of this route. */
const UPGRADE = 'GET /graphql';

/** A service stays as long as it likes; who comes with a user's own token, as long as that is valid. */
async function admit(credentials: Credentials, runtime: EventsRuntime): Promise<Session<Caller>> {
  const headers = credentials as IncomingHttpHeaders;
  const who = await authenticateService(headers, UPGRADE, runtime);
  assertAccess(who, accessTo('events', UPGRADE));
  const session = { who, userId: requireViewer(who).userId };
  if (headers[ROUTER_SECRET_HEADER] === undefined) return session;
  return { ...session, until: acceptedUntil(bearerToken(headers.authorization)) };
}

/** Serves `blobChanged` over graphql-ws, dead letters and what a router asks of every subgraph over HTTP. */
export async function installEvents(app: FastifyInstance, runtime: EventsRuntime): Promise<void> {
  const { config, clock, logger, metrics, changeFeed, eventLog } = runtime;
  const contextOf = (caller: Caller): Context => ({ caller, changeFeed, eventLog });
  const schema = await serveSubgraph<Context>(app, {
    typeDefs: parse(readFileSync(projectFile('subgraphs/events/schema.graphql'), 'utf8')),
    resolvers,
    context: async ({ caller }) => contextOf(caller),
    logger,
  });
  const check = createOperationCheck(schema);
  const sockets = serveOperationsOverWebSocket<Caller>(app, {
    path: '/graphql',
    // A router asks for all of its users from one address.
    limits: { ...config.limits.sockets, perAddress: 0 },
    clock,
    logger,
    authenticate: (credentials) => admit(credentials, runtime),
    prepare(payload, caller) {
      const checked = check(payload);
      return 'document' in checked ? { ...checked, contextValue: contextOf(caller) } : checked;
    },
    execute,
    subscribe,
  });
  measureSockets(metrics, sockets);
}
