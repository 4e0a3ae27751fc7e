import { DateTimeISOResolver } from 'graphql-scalars';
import type { ChangeFilter } from '../../platform/changes/change.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import type { Resolvers } from './graphql.generated.ts';
import type { BlobChangeModel, Context } from './models.ts';

async function changesOf({ caller, changeFeed }: Context, filter: ChangeFilter, after: string | null) {
  const viewer = requireViewer(caller);
  return (await changeFeed()).subscribe({ viewer, filter, after });
}

export const resolvers: Resolvers = {
  DateTime: DateTimeISOResolver,
  Subscription: {
    blobChanged: {
      subscribe: (_root, { filter, after }, context) => changesOf(context, filter ?? {}, after ?? null),
      resolve(change: BlobChangeModel | undefined) {
        if (!change)
          throw new BlobgraphError('BAD_REQUEST', 'Subscriptions are served over graphql-ws at this path.');
        return change;
      },
    },
  },
  BlobChange: {
    blob: ({ kind, blobId }) => (kind === 'DELETED' ? null : { id: blobId }),
  },
};
