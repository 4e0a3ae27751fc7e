import { z } from 'zod';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import { BlobgraphError, isErrorCode } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { routed } from '../../platform/ids/service-path.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Operations } from '../operations/operations.ts';

const COLLECTIONS = /* GraphQL */ `
  query ExportedCollections {
    me { state { books { id } conversations { id title messageCount lastMessageAt } } }
  }
`;

interface Collections {
  readonly me: {
    readonly state: {
      readonly books: readonly { readonly id: string }[];
      readonly conversations: readonly object[];
    };
  };
}

/** The graph lists at most this many of each, the newest. */
export const MAX_LISTED = 1_000;

/** The ids of the user's books, and their conversations: the newest 1,000 of each. @throws BlobgraphError */
export async function readCollections(operations: Operations<GatewayContext>, viewer: Viewer) {
  const operation = operations.find(COLLECTIONS);
  const { data, errors } = await operation.run({ variables: operation.check({}), context: { viewer } });
  const [error] = errors ?? [];
  if (error) {
    const { code } = error.extensions ?? {};
    throw new BlobgraphError(isErrorCode(code) ? code : 'SERVICE_UNAVAILABLE', error.message);
  }
  const { books, conversations } = (data as unknown as Collections).me.state;
  return { bookIds: books.map(({ id }) => id), conversations };
}

/** Books in one answer of the state subgraph. */
export const MAX_BOOKS = 20;
const TIMEOUT_MS = 30_000;

const booksSchema = z.object({ books: z.array(z.looseObject({ id: z.string() })) });

/** Books with their chapters. Books that no longer exist are left out. @throws BlobgraphError */
export async function readBooks(http: Pick<ServiceHttp, 'call'>, viewer: Viewer, ids: readonly string[]) {
  const answer = await http.call('state', {
    method: 'POST',
    path: routed`/api/v1/users/${viewer.userId}/books/batch`,
    body: { ids },
    viewer,
    repeatable: true,
    timeoutMs: TIMEOUT_MS,
  });
  return booksSchema.parse(answer).books;
}
