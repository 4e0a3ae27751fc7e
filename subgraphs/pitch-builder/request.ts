import type { StateClient } from '../../platform/clients/state.ts';
import { BlobgraphError, InputErrors } from '../../platform/errors/errors.ts';
import { textMistakes } from '../../platform/input/command-texts.ts';
import { textLimits } from '../../platform/input/limits.ts';
import type { CommandRequest } from '../../platform/processor/kit/command.ts';
import { noBlob } from '../../platform/serving/direct-reads/owners.ts';
import { SCHEMAS } from './model/subject.ts';

/** The input of the mutation `buildPitch`. */
export interface BuildPitchInput {
  /** The user's own id of a book. Either this or `blobId` is given. */
  readonly bookId?: string | null;
  /** A compiled book, a chapter's draft or expansion, or an idea. */
  readonly blobId?: string | null;
  /** The same key with the same input gives the same blob. Default: none. */
  readonly idempotencyKey?: string | null;
}

/** The subject of a pitch: the newest compiled version of a book, or a blob. */
export type PitchInput = { readonly bookId: string } | { readonly blobId: string };

/** UTF-16 units. */
const LIMITS = {
  bookId: textLimits.ownId,
  blobId: textLimits.ownId,
  idempotencyKey: textLimits.idempotencyKey,
} as const;

/** Checks the input. @throws InputErrors with every mistake */
export function parseRequest({
  bookId,
  blobId,
  idempotencyKey,
}: BuildPitchInput): CommandRequest<PitchInput> {
  const texts = { bookId, blobId, idempotencyKey };
  const errors = textMistakes(texts, LIMITS);
  if ((bookId == null) === (blobId == null)) {
    const message = 'Give either `bookId`, for the newest compiled version of a book, or `blobId`.';
    errors.push({ field: bookId == null ? 'bookId' : 'blobId', code: 'VALIDATION_FAILED', message });
  }
  if (errors.length > 0) throw new InputErrors(errors);
  const input = bookId == null ? { blobId: blobId as string } : { bookId };
  return { input, idempotencyKey: idempotencyKey ?? null };
}

interface Planned {
  readonly sourceIds: readonly string[];
  readonly title: string;
  readonly plan: null;
}

const planned = (id: string, title: string): Planned => ({ sourceIds: [id], title, plan: null });

/** @throws BlobgraphError BOOK_NOT_FOUND, BOOK_INVALID */
async function ofBook(
  state: Pick<StateClient, 'compiled'>,
  userId: string,
  bookId: string,
): Promise<Planned> {
  const compiled = await state.compiled(userId, bookId);
  if (compiled?.schema_id === SCHEMAS.book) return planned(compiled.id, compiled.title);
  const message =
    'The book has no compiled version yet. Compile it with `compileBook`, then build its pitch.';
  throw new BlobgraphError('BOOK_INVALID', message, { field: 'bookId' });
}

/** @throws BlobgraphError BLOB_NOT_FOUND, SCHEMA_VIOLATION */
async function ofBlob(state: Pick<StateClient, 'sources'>, userId: string, blobId: string): Promise<Planned> {
  const [source] = await state.sources(userId, [blobId]).catch((error: unknown) => {
    // The index only tells that the builder may not read it.
    if (!(error instanceof BlobgraphError) || error.code !== 'FORBIDDEN') throw error;
    throw notPitched();
  });
  if (!source) {
    throw noBlob('blobId');
  }
  if (!Object.values<string>(SCHEMAS).includes(source.schema_id)) throw notPitched();
  return planned(source.id, source.title);
}

const notPitched = (): BlobgraphError =>
  new BlobgraphError(
    'SCHEMA_VIOLATION',
    `A pitch is made of a blob of ${Object.values(SCHEMAS).join(', ')}. This one is of another schema.`,
    { field: 'blobId' },
  );

/**
 * Finds the source of a pitch. @throws BlobgraphError BOOK_NOT_FOUND, BOOK_INVALID, BLOB_NOT_FOUND, SCHEMA_VIOLATION
 */
export async function planPitch(
  { input, userId }: { readonly input: PitchInput; readonly userId: string },
  { state }: { readonly state: Pick<StateClient, 'compiled' | 'sources'> },
): Promise<Planned> {
  return 'bookId' in input ? ofBook(state, userId, input.bookId) : ofBlob(state, userId, input.blobId);
}
