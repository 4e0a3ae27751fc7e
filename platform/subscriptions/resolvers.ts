import type { DocumentNode } from 'graphql';
import type { ChangeFeed } from '../changes/feed.ts';
import { BlobgraphError } from '../errors/errors.ts';
import type { Caller } from '../identity/service/caller.ts';
import { requireViewer } from '../serving/access/authenticate.ts';
import type { Arguments } from './arguments.ts';
import { type DeclaredSubscription, declaredSubscriptions, followDeclared } from './declared.ts';

/** The context of a subgraph that serves its declared subscriptions itself. */
export interface FollowingContext {
  readonly caller: Caller;
  readonly changeFeed: () => Promise<ChangeFeed>;
}

type Told = Readonly<Record<string, unknown>>;

async function* follow(
  declared: DeclaredSubscription,
  args: Arguments,
  { caller, changeFeed }: FollowingContext,
): AsyncGenerator<Told, void, undefined> {
  const viewer = requireViewer(caller);
  for await (const told of followDeclared(declared, args, await changeFeed(), { viewer }))
    yield declared.payload(told);
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
          follow(declared, args, context),
        resolve,
      },
    ]),
  );
