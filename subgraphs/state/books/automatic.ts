import { isOptIn, type ProcessorDocument } from '../../../platform/clients/registry.ts';
import { InputErrors, type UserError } from '../../../platform/errors.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { retiredMessage } from '../runs/status.ts';

/** Processors that one book may ask for at most. */
export const MAX_AUTOMATIC = 20;

type Placed = Pick<IndexEntry, 'userId' | 'bookId' | 'schemaId'>;
type Store = Pick<StateDependencies['store'], 'bookRecords'>;

/** Whether the owner of a blob's book asked a processor to work on it by itself. */
export type IsAskedFor = (blob: Pick<IndexEntry, 'userId' | 'bookId'>) => boolean;

/**
 * Of a processor, for blobs that it works on only where it was asked to. One query a user, and none where it is asked for
 * none of them.
 */
export async function askedFor(
  store: Store,
  processor: Pick<ProcessorDocument, 'id' | 'opt_in_schema_ids'>,
  blobs: readonly Placed[],
): Promise<IsAskedFor> {
  const booksOf = new Map<string, Set<string>>();
  for (const { userId, bookId, schemaId } of blobs) {
    if (bookId === null || !isOptIn(processor, schemaId)) continue;
    booksOf.set(userId, (booksOf.get(userId) ?? new Set()).add(bookId));
  }
  const asking = new Map<string, ReadonlySet<string>>();
  for (const [userId, bookIds] of booksOf) {
    const books = await store.bookRecords(userId, [...bookIds]);
    const asked = books.filter(({ automatic }) => automatic.includes(processor.id));
    asking.set(userId, new Set(asked.map(({ id }) => id)));
  }
  return ({ userId, bookId }) => bookId !== null && (asking.get(userId)?.has(bookId) ?? false);
}

/**
 * The processors that work on a new blob by themselves: those that take its schema on this event, and of those that wait to
 * be asked the ones that its book names. @throws BlobgraphError SERVICE_UNAVAILABLE without the registry
 */
export async function takersOf(
  { processors, store }: { processors: StateDependencies['processors']; store: Store },
  blob: Placed,
  event: string,
): Promise<string[]> {
  const takers = await processors.takers(blob.schemaId, event);
  const waiting = takers.filter((processor) => isOptIn(processor, blob.schemaId));
  const [book] =
    waiting.length > 0 && blob.bookId !== null ? await store.bookRecords(blob.userId, [blob.bookId]) : [];
  const asked = new Set(book?.automatic);
  return takers.filter((taker) => !waiting.includes(taker) || asked.has(taker.id)).map(({ id }) => id);
}

/**
 * @throws InputErrors PROCESSOR_UNKNOWN, PROCESSOR_RETIRED for each that a book cannot ask for; BlobgraphError
 *   SERVICE_UNAVAILABLE without the registry
 */
export async function assertOffered(
  { processors }: Pick<StateDependencies, 'processors'>,
  ids: readonly string[] | null | undefined,
): Promise<void> {
  const errors: UserError[] = [];
  for (const [index, id] of (ids ?? []).entries()) {
    const found = await processors.get(id, ({ opt_in_schema_ids }) => opt_in_schema_ids.length > 0);
    const field = `automatic.${index}`;
    if (found?.status === 'retired')
      errors.push({ field, code: 'PROCESSOR_RETIRED', message: retiredMessage(id) });
    else if (!found || found.opt_in_schema_ids.length === 0) {
      const message = `There is no processor \`${id}\` that a book can ask for. \`processors\` lists them: those with \`optInSchemaIds\`.`;
      errors.push({ field, code: 'PROCESSOR_UNKNOWN', message });
    }
  }
  if (errors.length > 0) throw new InputErrors(errors);
}
