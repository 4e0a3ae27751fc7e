import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../platform/identity/service/caller.ts';
import type { ServiceRuntime } from '../../platform/runtime/runtime.ts';
import { requireViewer } from '../../platform/serving/access/authenticate.ts';
import { serveSubgraph } from '../../platform/serving/graphql/graphql.ts';
import { subscriptionResolvers } from '../../platform/subscriptions/resolvers.ts';
import type { Context } from './models.ts';
import type { EndedRuns } from './outcomes/ended.ts';
import type { LetterCounts } from './outcomes/letters.ts';
import { type OverWebSocket, serveOverWebSocket } from './over-websocket.ts';
import { resolvers } from './resolvers.ts';
import { typeDefs } from './sdl/type-defs.ts';
import type { Webhooks } from './webhooks/owners/webhooks.ts';
import { webhookRoutes } from './webhooks/routes.ts';

interface EventsDependencies extends OverWebSocket, Pick<ServiceRuntime, 'changeFeed' | 'eventLog'> {
  readonly webhooks: Webhooks;
  readonly ended: EndedRuns;
  readonly letters: LetterCounts;
}

/** The context of one request. */
function contextWith({ changeFeed, eventLog, webhooks, ended, letters }: EventsDependencies) {
  return (caller: Caller): Context => {
    let own: ReturnType<Webhooks['list']> | undefined;
    const ownWebhooks = () => {
      own ??= webhooks.list(requireViewer(caller).userId);
      return own;
    };
    return { caller, changeFeed, eventLog, webhooks, ownWebhooks, ended, letters };
  };
}

/** Serves subscriptions over graphql-ws, and the rest of the schema over HTTP. */
export async function installEvents(app: FastifyInstance, deps: EventsDependencies): Promise<void> {
  const contextOf = contextWith(deps);
  webhookRoutes(app, deps.webhooks);
  const { schema } = serveSubgraph<Context>(app, {
    typeDefs,
    resolvers: { ...resolvers, Subscription: subscriptionResolvers(typeDefs) },
    context: contextOf,
    logger: deps.logger,
  });
  serveOverWebSocket(app, { ...deps, schema, contextOf });
}
