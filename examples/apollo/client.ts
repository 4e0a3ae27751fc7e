import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { RetryLink } from '@apollo/client/link/retry';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { map } from 'rxjs';
import { type LiveOptions, liveClient } from '../../client/live.ts';
import { createCache } from './cache.ts';

// A processor that is down costs its own fields alone: take what is there, and say what is not.
declare module '@apollo/client' {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface Query {
        errorPolicy: 'all';
      }
      interface WatchQuery {
        errorPolicy: 'all';
      }
    }
  }
}

export interface GraphOptions extends Omit<LiveOptions, 'url'> {
  /** E.g. `http://127.0.0.1:8010/graphql`. */
  readonly url: string;
  /** The token was refused. */
  readonly signIn: () => void;
}

const codesOf = (error: unknown): unknown[] =>
  CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => extensions?.['code']) : [];

/** Refusals that go away by themselves (docs/errors.md). */
const passes = (code: unknown): boolean =>
  ['OVERLOADED', 'SERVICE_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE'].includes(String(code));

/** Hands on such a refusal as an error: `RetryLink` repeats nothing else. */
const refusals = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    map((result) => {
      const error = new CombinedGraphQLErrors(result);
      if (!result.data && codesOf(error).some(passes)) throw error;
      return result;
    }),
  ),
);

/** Whether it may be sent twice: what was sent and not answered may have been done. */
const isRepeatable = ({ operationType, variables }: ApolloLink.Operation): boolean =>
  operationType === OperationTypeNode.QUERY || variables['input']?.idempotencyKey !== undefined;

export function createGraph({ url, signIn, ...live }: GraphOptions): ApolloClient {
  const refused = new ErrorLink(({ error }) => {
    if (codesOf(error).includes('UNAUTHENTICATED')) signIn();
  });
  const again = new RetryLink({
    delay: { initial: 500, jitter: true },
    attempts: {
      max: 5,
      retryIf: (error, operation) =>
        isRepeatable(operation) && (!CombinedGraphQLErrors.is(error) || codesOf(error).some(passes)),
    },
  });
  const identified = new SetContextLink(async ({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${await live.token()}` },
  }));
  const overHttp = ApolloLink.from([refused, again, refusals, identified, new HttpLink({ uri: url })]);
  const overWebSocket = new GraphQLWsLink(liveClient({ ...live, url: url.replace(/^http/, 'ws') }));
  return new ApolloClient({
    cache: createCache(),
    // For `@defer`.
    incrementalHandler: new Defer20220824Handler(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      overWebSocket,
      overHttp,
    ),
    defaultOptions: { query: { errorPolicy: 'all' }, watchQuery: { errorPolicy: 'all' } },
  });
}
