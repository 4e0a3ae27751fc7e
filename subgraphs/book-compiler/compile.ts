import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { BookDocument, StateClient } from '../../platform/clients/state.ts';
import type { Clock } from '../../platform/clock.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import { type IdSource, onDemandBlobId } from '../../platform/ids.ts';
import type { CompiledBookModel } from './models.ts';
import { PROCESSOR_ID } from './names.ts';
import { planChapters, sourceBlobId } from './plan.ts';
import { composeBook } from './process.ts';
import { REGISTRATION_LEASE_MS, type Register } from './registration.ts';
import { type CompileInput, type CompileRequest, inputHash, parseRequest } from './request.ts';
import { readChapters, type SourceDeps } from './sources.ts';
import type { CompiledBookStore, NewBook, NewChapter, StoredBook } from './store.ts';
import { countWords, stretches } from './words.ts';

export interface CompileDeps extends SourceDeps {
  readonly state: Pick<StateClient, 'book' | 'blobs'>;
  readonly store: CompiledBookStore;
  readonly register: Register;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Lets other requests have their turn: a long book takes longer to count than they should wait. */
async function wordCount(text: string): Promise<number> {
  let words = 0;
  for (const stretch of stretches(text)) {
    words += countWords(stretch);
    await breathe();
  }
  return words;
}

/** The book that an earlier request with the same key made. @throws BlobgraphError IDEMPOTENCY_CONFLICT */
function sameInput(stored: StoredBook, request: CompileRequest): CompiledBookModel {
  if (stored.inputHash === inputHash(request)) return stored.book;
  throw new BlobgraphError(
    'IDEMPOTENCY_CONFLICT',
    '`idempotencyKey` was used with another input. Use a new key for new input.',
    { field: 'idempotencyKey' },
  );
}

/** @throws BlobgraphError BOOK_NOT_FOUND, naming the input's field */
async function describedBook({ state }: CompileDeps, userId: string, bookId: string): Promise<BookDocument> {
  return state.book(userId, bookId).catch((error: unknown) => {
    if (!(error instanceof BlobgraphError) || error.code !== 'BOOK_NOT_FOUND') throw error;
    throw new BlobgraphError(error.code, error.message, { field: 'bookId', cause: error });
  });
}

async function makeBook(
  deps: CompileDeps,
  userId: string,
  id: string,
  request: CompileRequest,
): Promise<NewBook> {
  const { bookId, config } = request;
  const described = await describedBook(deps, userId, bookId);
  const sources = await readChapters(deps, userId, planChapters(described, config.useExpanded));
  const chapters: NewChapter[] = [];
  for (const source of sources) {
    chapters.push({ ...source, id: deps.ids.next(), wordCount: await wordCount(source.text) });
  }
  const title = config.title ?? described.title;
  const fullText = composeBook({ title, author: config.author, chapters });
  const now = deps.clock.now();
  return {
    id,
    userId,
    bookId,
    title,
    fullText,
    chapters,
    wordCount: chapters.reduce((sum, chapter) => sum + chapter.wordCount, 0),
    sourceBlobIds: chapters.map(sourceBlobId),
    compileConfig: config,
    contentHash: createHash('sha256').update(fullText).digest('hex'),
    sizeBytes: Buffer.byteLength(JSON.stringify(fullText)),
    inputHash: inputHash(request),
    createdAt: now,
    registerFrom: new Date(now.getTime() + REGISTRATION_LEASE_MS),
  };
}

/**
 * Compiles the user's book, as its chapters stand now, into its next version, and registers that with the index.
 * Once it is stored it is answered, even when the index is out of reach: the relay registers it then. The same
 * idempotency key and input give the first answer again, whatever became of the chapters since.
 * @throws InputErrors or BlobgraphError: IDEMPOTENCY_CONFLICT, BOOK_NOT_FOUND, BOOK_INVALID, CHAPTER_MISSING,
 *   EXPANSION_PENDING, EXPANSION_FAILED, VALIDATION_FAILED, TEXT_MALFORMED, BLOB_DELETED; SERVICE_UNAVAILABLE
 */
export async function compileBook(
  deps: CompileDeps,
  userId: string,
  input: CompileInput,
): Promise<CompiledBookModel> {
  const request = parseRequest(input);
  const key = request.idempotencyKey;
  const id = key === null ? deps.ids.next() : onDemandBlobId(userId, PROCESSOR_ID, key);
  const earlier = key === null ? null : await deps.store.find(userId, id);
  const stored = earlier ?? (await deps.store.add(await makeBook(deps, userId, id, request)));
  const book = sameInput(stored, request);
  if (!stored.pending || (await deps.register(stored.pending))) return book;
  const field = key === null ? 'bookId' : 'idempotencyKey';
  const message =
    'A chapter of the book was deleted meanwhile, or the book of this key. Compile again with a new key.';
  throw new BlobgraphError('BLOB_DELETED', message, { field });
}
