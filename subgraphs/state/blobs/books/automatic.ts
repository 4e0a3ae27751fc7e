import {
  isOptIn,
  type ProcessorCatalog,
  type ProcessorDocument,
  takesVersion,
} from '../../../../platform/clients/registry.ts';
import { InputErrors, type UserError } from '../../../../platform/errors/errors.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { retiredMessage } from '../processing/processor-status.ts';

/** Maximum number of processors that one book may ask for. */
export const MAX_AUTOMATIC = 20;

type Placed = Pick<IndexEntry, 'userId' | 'bookId' | 'schemaId'>;
type Store = Pick<StateStore, 'bookRecords'>;

/** Whether a blob's book asks for the processor. */
export type IsAskedFor = (blob: Pick<IndexEntry, 'userId' | 'bookId'>) => boolean;

/** Which of these blobs are in books that ask for a processor. One query per user with blobs that must be asked for. */
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

export interface TakerDependencies {
  readonly processors: Pick<ProcessorCatalog, 'takers'>;
  readonly store: Store;
}

/**
 * The processors that take a new blob, by id: those that take its schema, in its version, on this event, except opt-in
 * processors that its book does not ask for.
 * @throws BlobgraphError SERVICE_UNAVAILABLE without the registry
 */
export async function takersOf(
  { processors, store }: TakerDependencies,
  blob: Placed & Pick<IndexEntry, 'schemaVersion'>,
  event: string,
): Promise<ProcessorDocument[]> {
  const all = await processors.takers(blob.schemaId, event);
  const takers = all.filter((processor) => takesVersion(processor, blob));
  const waiting = takers.filter((processor) => isOptIn(processor, blob.schemaId));
  const [book] =
    waiting.length > 0 && blob.bookId !== null ? await store.bookRecords(blob.userId, [blob.bookId]) : [];
  const asked = new Set(book?.automatic);
  return takers.filter((taker) => !waiting.includes(taker) || asked.has(taker.id));
}

/**
 * Checks that a book can ask for these processors.
 * @throws InputErrors PROCESSOR_UNKNOWN or PROCESSOR_RETIRED for each that it cannot; BlobgraphError SERVICE_UNAVAILABLE
 *   without the registry
 */
export async function assertOffered(
  processors: Pick<ProcessorCatalog, 'get'>,
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
