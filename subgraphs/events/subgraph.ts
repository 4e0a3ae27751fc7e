import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { execute, subscribe } from 'graphql';
import type { Caller } from '../../platform/identity/service/caller.ts';
import type { ServiceRuntime } from '../../platform/runtime/runtime.ts';
import {
  authenticateService,
  bearerToken,
  ROUTER_SECRET_HEADER,
  requireViewer,
} from '../../platform/serving/access/authenticate.ts';
import { assertAccess } from '../../platform/serving/access/decide.ts';
import { accessTo } from '../../platform/serving/access/table.ts';
import { measureConnections } from '../../platform/serving/connections/metrics.ts';
import { OpenConnections } from '../../platform/serving/connections/open-connections.ts';
import { TimedSession } from '../../platform/serving/connections/session.ts';
import { serveSubgraph } from '../../platform/serving/graphql/graphql.ts';
import { createOperationCheck } from '../../platform/serving/graphql/operation.ts';
import { SocketDoor } from '../../platform/serving/websocket/door.ts';
import {
  type Admitted,
  type Credentials,
  serveOperationsOverWebSocket,
} from '../../platform/serving/websocket/websocket.ts';
import { subscriptionResolvers } from '../../platform/subscriptions/resolvers.ts';
import type { Context } from './models.ts';
import { resolvers } from './resolvers.ts';
import { typeDefs } from './sdl/type-defs.ts';
import type { Webhooks } from './webhooks/owners/webhooks.ts';
import { webhookRoutes } from './webhooks/routes.ts';

type EventsRuntime = Pick<
  ServiceRuntime,
  'config' | 'metrics' | 'clock' | 'logger' | 'serviceTokens' | 'userTokens' | 'changeFeed' | 'eventLog'
>;

/** The route of WebSocket handshakes. */
const UPGRADE = 'GET /graphql';

/** A service's session does not expire; a user's ends with the token. */
async function admit(credentials: Credentials, runtime: EventsRuntime): Promise<Admitted<Caller>> {
  const headers = credentials as IncomingHttpHeaders;
  const who = await authenticateService(headers, UPGRADE, runtime);
  assertAccess(who, accessTo('events', UPGRADE));
  const { userId } = requireViewer(who);
  const isUser = headers[ROUTER_SECRET_HEADER] !== undefined;
  const until = isUser ? runtime.userTokens.acceptedUntil(bearerToken(headers.authorization)) : undefined;
  return { who, session: new TimedSession(userId, until, runtime.clock) };
}

/** The context of one request. */
function contextWith({ changeFeed, eventLog }: EventsRuntime, webhooks: Webhooks) {
  return (caller: Caller): Context => {
    let own: ReturnType<Webhooks['list']> | undefined;
    const ownWebhooks = () => {
      own ??= webhooks.list(requireViewer(caller).userId);
      return own;
    };
    return { caller, changeFeed, eventLog, webhooks, ownWebhooks };
  };
}

/** Serves subscriptions over graphql-ws, and the rest of the schema over HTTP. */
export async function installEvents(
  app: FastifyInstance,
  runtime: EventsRuntime,
  webhooks: Webhooks,
): Promise<void> {
  const { config, clock, logger, metrics } = runtime;
  const contextOf = contextWith(runtime, webhooks);
  webhookRoutes(app, webhooks);
  const { schema } = serveSubgraph<Context>(app, {
    typeDefs,
    resolvers: { ...resolvers, Subscription: subscriptionResolvers(typeDefs) },
    context: contextOf,
    logger,
  });
  const check = createOperationCheck(schema);
  // A router's connections for all users come from one address.
  const connections = new OpenConnections({ limits: { ...config.limits.sockets, perAddress: 0 }, logger });
  serveOperationsOverWebSocket<Caller>(app, new SocketDoor(app, { connections }), {
    path: '/graphql',
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
  measureConnections(metrics, connections);
}
