import type { StateClient } from '../../platform/clients/state.ts';
import { BlobgraphError, InputErrors, type UserError } from '../../platform/errors.ts';
import type { CommandRequest } from '../../platform/processor/define.ts';
import { SCHEMAS } from './subject.ts';

/** The input of `buildPitch`, as the graph sends it. */
export interface BuildPitchInput {
  readonly bookId?: string | null;
  readonly blobId?: string | null;
  readonly idempotencyKey?: string | null;
}

/** What is to be pitched: the newest compiled version of a book, or a blob. */
export type PitchInput = { readonly bookId: string } | { readonly blobId: string };

/** UTF-16 units. */
const LIMITS = { bookId: 200, blobId: 200, idempotencyKey: 255 } as const;

function mistake(field: keyof typeof LIMITS, value: unknown): UserError | null {
  if (value == null) return null;
  const invalid = (message: string): UserError => ({ field, code: 'VALIDATION_FAILED', message });
  if (typeof value !== 'string') return invalid(`\`${field}\` must be text.`);
  if (!value.isWellFormed() || value.includes('\0')) {
    const message = `\`${field}\` holds NUL or half of a surrogate pair, which cannot be stored. Remove it.`;
    return { field, code: 'TEXT_MALFORMED', message };
  }
  if (value.trim() === '' || value.length > LIMITS[field])
    return invalid(`\`${field}\` must have 1 to ${LIMITS[field]} characters.`);
  return /\p{Cc}/u.test(value)
    ? invalid(`\`${field}\` holds a control character, such as a line break. Remove it.`)
    : null;
}

/** Checks the input. @throws InputErrors with every mistake */
export function parseRequest({
  bookId,
  blobId,
  idempotencyKey,
}: BuildPitchInput): CommandRequest<PitchInput> {
  const texts = { bookId, blobId, idempotencyKey };
  const errors = Object.entries(texts).flatMap(
    ([field, value]) => mistake(field as keyof typeof LIMITS, value) ?? [],
  );
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
    // Of what it may not read the index says no more than that.
    if (!(error instanceof BlobgraphError) || error.code !== 'FORBIDDEN') throw error;
    throw notPitched();
  });
  if (!source) {
    const message = 'There is no blob of this id, or it is not yours.';
    throw new BlobgraphError('BLOB_NOT_FOUND', message, { field: 'blobId' });
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

/** Names what the pitch is made of. @throws BlobgraphError BOOK_NOT_FOUND, BOOK_INVALID, BLOB_NOT_FOUND, SCHEMA_VIOLATION */
export async function planPitch(
  { input, userId }: { readonly input: PitchInput; readonly userId: string },
  { state }: { readonly state: Pick<StateClient, 'compiled' | 'sources'> },
): Promise<Planned> {
  return 'bookId' in input ? ofBook(state, userId, input.bookId) : ofBlob(state, userId, input.blobId);
}
