import type { ProcessorClient } from '../../clients/processor.ts';
import { readAsTaken, type SchemaClient } from '../../clients/schemas.ts';
import type { SourceDocument, StateClient } from '../../clients/state.ts';
import { groupBy } from '../../collections/group-by.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { TakenVersions } from '../../json-schema/versions/range.ts';

/** A blob that another blob is made from. */
export interface Source {
  readonly id: string;
  readonly userId: string;
  /** The processor that keeps it; `state` for users' own. */
  readonly owner: string;
  readonly schemaId: string;
  /** The version that `data` fits: that of the blob, or a newer one that the processor takes. */
  readonly schemaVersion: string;
  /** Of the blob, e.g. `expanded_text`. */
  readonly type: string;
  readonly title: string;
  /** Null where it is in no book. */
  readonly bookId: string | null;
  /** Null where it is in no conversation. */
  readonly conversationId: string | null;
  /** Key of its chapter in the book; null where it is in none. */
  readonly chapterNum: number | null;
  /** The document, as that version of its schema has it; it was validated when it was stored. */
  readonly data: unknown;
}

export interface SourceDependencies {
  readonly state: Pick<StateClient, 'blobs'>;
  readonly processors: ProcessorClient;
  readonly schemas: Pick<SchemaClient, 'upcast' | 'readableAs'>;
  readonly definition: { readonly takesVersions?: TakenVersions };
}

/** Bytes of all sources of one run, as the index tells them: several times the longest novels. */
export const MAX_SOURCE_BYTES = 64 * 1024 * 1024;
/** A blob may hold 5 MiB of text, and an expansion both texts: an answer stays below what memory bears. */
const BLOBS_PER_REQUEST = 10;

const tooLarge = (): BlobgraphError =>
  new BlobgraphError(
    'BLOB_TOO_LARGE',
    `The sources hold more than ${MAX_SOURCE_BYTES} bytes (64 MiB) together. Use fewer.`,
  );

const toSource = (named: SourceDocument, data: unknown): Source => ({
  id: named.id,
  userId: named.user_id,
  owner: named.owner,
  schemaId: named.schema_id,
  schemaVersion: named.schema_version,
  type: named.type,
  title: named.title,
  bookId: named.book_id,
  conversationId: named.conversation_id,
  chapterNum: named.chapter_num,
  data,
});

type Read = (ids: readonly string[]) => Promise<readonly { readonly id: string; readonly data?: unknown }[]>;

/** A source in a version that the processor takes. @throws BlobgraphError SCHEMA_VERSION_NOT_TAKEN, UPCAST_FAILED */
async function asTaken({ schemas, definition }: SourceDependencies, source: Source): Promise<Source> {
  const taken = await readAsTaken(schemas, source, definition.takesVersions ?? {});
  return taken === source ? source : { ...source, ...taken };
}

/** How an owner's blobs are read. @throws BlobgraphError SERVICE_UNAVAILABLE when it is not registered: it may come */
function readerOf({ state, processors }: SourceDependencies, userId: string, named: SourceDocument): Read {
  const { owner, base_url: baseUrl } = named;
  if (owner === 'state') return (ids) => state.blobs(userId, ids);
  if (baseUrl !== null) return (ids) => processors.blobs({ id: owner, baseUrl }, userId, ids);
  throw new BlobgraphError('SERVICE_UNAVAILABLE', `\`${owner}\`, which keeps a source, is not registered.`);
}

/**
 * The documents of named sources from whoever owns them, in bounded batches; in their order, those that their owner does
 * not have left out.
 * @throws BlobgraphError BLOB_TOO_LARGE; SCHEMA_VERSION_NOT_TAKEN, UPCAST_FAILED; SERVICE_UNAVAILABLE
 */
export async function readSources(
  deps: SourceDependencies,
  userId: string,
  named: readonly SourceDocument[],
): Promise<Source[]> {
  const documents = new Map<string, unknown>(
    named.flatMap(({ id, data }) => (data === undefined ? [] : [[id, data] as const])),
  );
  const away = named.filter(({ id }) => !documents.has(id));
  if (away.reduce((bytes, { size_bytes }) => bytes + size_bytes, 0) > MAX_SOURCE_BYTES) throw tooLarge();
  for (const [first, ...others] of groupBy(away, ({ owner }) => owner).values()) {
    if (!first) continue;
    const read = readerOf(deps, userId, first);
    const ids = [...new Set([first, ...others].map(({ id }) => id))];
    for (let start = 0; start < ids.length; start += BLOBS_PER_REQUEST) {
      const found = await read(ids.slice(start, start + BLOBS_PER_REQUEST));
      for (const { id, data } of found) documents.set(id, data);
    }
  }
  const sources = named.flatMap((one) =>
    documents.has(one.id) ? [toSource(one, documents.get(one.id))] : [],
  );
  return Promise.all(sources.map((source) => asTaken(deps, source)));
}
