import type { DocumentNode } from 'graphql';
import type { Occurrence } from '../changes/change.ts';
import type { ChangeFeed } from '../changes/feed.ts';
import { BlobgraphError } from '../errors/errors.ts';
import { cancellable } from '../event-log/reading.ts';
import type { Caller } from '../identity/service/caller.ts';
import { requireViewer } from '../serving/access/authenticate.ts';
import type { TimedSession } from '../serving/connections/session.ts';
import type { Arguments } from './arguments.ts';
import { type DeclaredSubscription, declaredSubscriptions, followDeclared } from './declared.ts';

/** The context of a subgraph that serves its declared subscriptions itself. */
export interface FollowingContext {
  readonly caller: Caller;
  readonly changeFeed: () => Promise<ChangeFeed>;
  /** The connection's, once it has ended nothing is told. Default: it does not end. */
  readonly session?: Pick<TimedSession, 'assertOpen'>;
  /** Called before each thing that is told. */
  readonly onTold?: (told: Occurrence) => void;
}

type Told = Readonly<Record<string, unknown>>;

async function* follow(
  declared: DeclaredSubscription,
  args: Arguments,
  { caller, changeFeed, session, onTold }: FollowingContext,
  signal: AbortSignal,
): AsyncGenerator<Told, void, undefined> {
  const viewer = requireViewer(caller);
  for await (const told of followDeclared(declared, args, await changeFeed(), { viewer, signal })) {
    session?.assertOpen();
    onTold?.(told);
    yield declared.payload(told);
  }
}

function resolve(told: Told | undefined): Told {
  if (told) return told;
  throw new BlobgraphError('BAD_REQUEST', 'Subscriptions are served over graphql-ws at this path.');
}

/** Resolvers of the subscription fields that a subgraph declares by `@events`. @throws DeclarationFault */
export const subscriptionResolvers = (typeDefs: DocumentNode) =>
  Object.fromEntries(
    [...declaredSubscriptions(typeDefs)].map(([field, declared]) => [
      field,
      {
        subscribe: (_root: unknown, args: Arguments, context: FollowingContext) =>
          cancellable((signal) => follow(declared, args, context, signal)),
        resolve,
      },
    ]),
  );
