import {
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  Network,
  Observable,
  RecordSource,
  Store,
  type SubscribeFunction,
} from 'relay-runtime';
import { type LiveOptions, liveClient } from '../../client/live.ts';

export interface GraphOptions extends Omit<LiveOptions, 'url'> {
  /** E.g. `http://127.0.0.1:8010/graphql`. */
  readonly url: string;
  /** The token was refused. */
  readonly signIn: () => void;
}

/**
 * Relay keys by id alone, and would take a blob's entry in the index (`BlobIndex`) and its content (`ExpandedText`, …)
 * for one object: they have the same id. Versions of a schema share its id; without a version it is a part of what it
 * stands in.
 */
export function getDataID(
  { id, version }: { readonly [field: string]: unknown },
  typename: string,
): string | undefined {
  if (typeof id !== 'string') return undefined;
  if (typename !== 'BlobSchema') return `${typename}:${id}`;
  return typeof version === 'string' ? `${typename}:${id}@${version}` : undefined;
}

export function createEnvironment({ url, signIn, ...live }: GraphOptions): Environment {
  const socket = liveClient({ ...live, url: url.replace(/^http/, 'ws') });

  const ask: FetchFunction = async ({ name, text }, variables) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await live.token()}`,
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
      },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    if (answer.status === 401) signIn();
    return (await answer.json()) as GraphQLResponse;
  };

  const subscribe: SubscribeFunction = ({ name, text }, variables) =>
    Observable.create((sink) =>
      socket.subscribe(
        { query: text ?? '', operationName: name, variables },
        {
          next: (result) => sink.next(result as GraphQLResponse),
          error: (error) =>
            sink.error(
              error instanceof Error ? error : Object.assign(new Error('Refused'), { source: error }),
            ),
          complete: () => sink.complete(),
        },
      ),
    );

  return new Environment({
    network: Network.create(ask, subscribe),
    store: new Store(new RecordSource()),
    getDataID,
  });
}
