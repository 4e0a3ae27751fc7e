import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type ExecutionArgs, execute, type GraphQLSchema, subscribe } from 'graphql';
import { cursorOf, type Occurrence } from '../../platform/changes/change.ts';
import { OVER, type Polled, polledOf } from '../../platform/concurrency/polled.ts';
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
import type { TimedSession } from '../../platform/serving/connections/session.ts';
import { createOperationCheck } from '../../platform/serving/graphql/operation.ts';
import { renewable } from '../../platform/serving/sessions/open-session.ts';
import type { Sessions } from '../../platform/serving/sessions/sessions.ts';
import { SocketDoor } from '../../platform/serving/websocket/door.ts';
import type { Told } from '../../platform/serving/websocket/subscription.ts';
import {
  type Admitted,
  type Credentials,
  serveOperationsOverWebSocket,
} from '../../platform/serving/websocket/websocket.ts';
import type { FollowingContext } from '../../platform/subscriptions/resolvers.ts';
import type { Context } from './models.ts';

/** The route of WebSocket handshakes. */
const UPGRADE = 'GET /graphql';

export type OverWebSocket = Pick<
  ServiceRuntime,
  'config' | 'metrics' | 'clock' | 'logger' | 'serviceTokens' | 'userTokens'
> & { readonly sessions: Pick<Sessions, 'open' | 'openOfService'> };

/** Who is at the other end of a connection. */
interface Connected {
  /** Its user is that of the newest token. */
  readonly caller: Caller;
  readonly session: TimedSession;
}

/** The context of an operation. */
type Carried = Context & FollowingContext & Pick<Connected, 'session'>;

/** A service's session lasts as long as its connection; a user's ends with the token, and is renewed by another. */
async function admit(credentials: Credentials, deps: OverWebSocket): Promise<Admitted<Connected>> {
  const { sessions, userTokens } = deps;
  const headers = credentials as IncomingHttpHeaders;
  const caller = await authenticateService(headers, UPGRADE, deps);
  assertAccess(caller, accessTo('events', UPGRADE));
  const viewer = requireViewer(caller);
  if (headers[ROUTER_SECRET_HEADER] === undefined) {
    const session = sessions.openOfService(viewer);
    return { who: { caller, session }, session };
  }
  const session = sessions.open(viewer, headers.authorization);
  const who = {
    session,
    get caller() {
      return { ...caller, viewer: session.viewer };
    },
  };
  const verify = (authorization: unknown) => userTokens.verify(bearerToken(authorization));
  return { who, session: renewable(session, verify) };
}

/** Starts a subscription: results with the cursor of each. @throws GraphQLError why it does not begin */
async function subscribeNoting(args: ExecutionArgs): Promise<Polled<Told>> {
  let cursor: string | undefined;
  const onTold = (told: Occurrence) => {
    cursor = cursorOf(told);
  };
  const results = await subscribe({ ...args, contextValue: { ...(args.contextValue as Carried), onTold } });
  if (!(Symbol.asyncIterator in results)) throw results.errors?.[0] ?? new TypeError('There are no results');
  return polledOf<Told>({
    async next() {
      const { done, value } = await results.next();
      return done ? OVER : { value: { result: value, cursor } };
    },
    async return() {
      await results.return();
      return OVER;
    },
  });
}

/** Serves subscriptions to other routers and services, over graphql-ws at `/graphql`. */
export function serveOverWebSocket(
  app: FastifyInstance,
  {
    schema,
    contextOf,
    ...deps
  }: OverWebSocket & { readonly schema: GraphQLSchema; readonly contextOf: (caller: Caller) => Context },
): void {
  const { config, clock, logger, metrics } = deps;
  const check = createOperationCheck(schema);
  // A router's connections for all users come from one address.
  const connections = new OpenConnections({ limits: { ...config.limits.sockets, perAddress: 0 }, logger });
  serveOperationsOverWebSocket<Connected>(app, new SocketDoor(app, { connections }), {
    path: '/graphql',
    clock,
    logger,
    authenticate: (credentials) => admit(credentials, deps),
    prepare(payload, { caller, session }) {
      session.assertOpen();
      const checked = check(payload);
      const contextValue: Carried = { ...contextOf(caller), session };
      return 'document' in checked ? { ...checked, contextValue } : checked;
    },
    execute,
    subscribe: subscribeNoting,
  });
  measureConnections(metrics, connections);
}
