import { whenThere } from '../../../platform/concurrency/when-there.ts';
import { noBlob } from '../../../platform/serving/direct-reads/owners.ts';
import { STATE } from '../entries/entry.ts';
import type { Detail, EntryOf } from '../store/records.ts';
import { wantedDetail } from './details.ts';
import type { UserBlobResolvers } from './graphql.generated.ts';
import type { Context } from './models.ts';

/** @throws BlobgraphError BLOB_NOT_FOUND when the blob was deleted between two reads */
function existing<T>(found: T | null): T {
  if (found !== null) return found;
  throw noBlob();
}

/** The part of an entry that `read` tells; all that its reference needs was read with that. */
const ofEntry = <D extends Detail, T>(
  { loaders }: Context,
  id: string,
  detail: D,
  read: (entry: EntryOf[D]) => T,
) => whenThere(loaders.entry.load(id, detail), (entry) => read(existing(entry) as EntryOf[D]));

/** A user's document as a newer version of its schema has it. */
async function bodyAs(context: Context, id: string, version: string): Promise<unknown> {
  const { loaders, deps } = context;
  const [entry, body] = await Promise.all([loaders.entry.load(id, 'listed'), loaders.body.load(id)]);
  const { schemaId, schemaVersion } = existing(entry) as EntryOf['listed'];
  return deps.schemas.upcast({ schemaId, schemaVersion, data: existing(body).toJSON() }, version);
}

/** Users' own blobs. */
export const userBlob: UserBlobResolvers<Context> = {
  __resolveReference: ({ id }, { loaders }, info) =>
    whenThere(loaders.entry.load(id, wantedDetail(info)), (entry) =>
      entry?.processorId === STATE ? { id } : null,
    ),
  body: ({ id }, { asVersion }, context) =>
    asVersion == null ? context.loaders.body.load(id).then(existing) : bodyAs(context, id, asVersion),
  // The index has all other fields: the document is read only for its body.
  bookId: ({ id }, _args, context) => ofEntry(context, id, 'listed', ({ bookId }) => bookId),
  chapterNum: ({ id }, _args, context) => ofEntry(context, id, 'listed', ({ chapterNum }) => chapterNum),
  conversationId: ({ id }, _args, context) =>
    ofEntry(context, id, 'listed', ({ conversationId }) => conversationId),
  createdAt: ({ id }, _args, context) => ofEntry(context, id, 'brief', ({ createdAt }) => createdAt),
  processingState: ({ id }, _args, { loaders }) =>
    whenThere(loaders.entry.load(id, 'brief'), (entry) => entry?.state ?? 'STORED'),
};
