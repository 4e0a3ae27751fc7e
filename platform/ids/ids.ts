import { v5, v7 } from 'uuid';

/** Makes ids, as a dependency: tests make them predictable, services use {@link randomIds}. */
export interface IdSource {
  /** A new id that sorts by its time of making (UUID version 7). */
  next(): string;
}

export const randomIds: IdSource = { next: () => v7() };

const NAMESPACE = 'b1068af4-6ad5-5f0e-9b7c-3f6f3c1d2a60';

/** JSON keeps the parts apart, so that no two lists of parts spell the same name. */
const hashId = (...parts: readonly string[]): string => v5(JSON.stringify(parts), NAMESPACE);

/** The id of a user's blob that was sent with an idempotency key: the same for every attempt. */
export const userBlobId = (userId: string, idempotencyKey: string): string =>
  hashId('user-blob', userId, idempotencyKey);

/**
 * The id of what a processor makes of one source in an event run: the same for every run of that version and
 * generation. Generation 0 is not spelt out, as ids were made before there were generations.
 */
export const derivedBlobId = (
  sourceId: string,
  processorId: string,
  processorVersion: string,
  generation = 0,
): string =>
  hashId(
    'derived',
    sourceId,
    processorId,
    processorVersion,
    ...(generation === 0 ? [] : [String(generation)]),
  );

/** The id of a change of a book's record, which is told apart by when it was made from one of before an erasure. */
export const bookEventId = (userId: string, bookId: string, createdAt: Date, version: number): string =>
  hashId('book-event', userId, bookId, createdAt.toISOString(), String(version));

/** The id of on-demand work that was asked for with an idempotency key. */
export const onDemandBlobId = (userId: string, processorId: string, idempotencyKey: string): string =>
  hashId('on-demand', userId, processorId, idempotencyKey);
