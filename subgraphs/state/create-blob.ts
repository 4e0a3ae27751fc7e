import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { LoadedSchema } from '../../platform/clients/schemas.ts';
import { BlobgraphError, InputErrors } from '../../platform/errors.ts';
import { userBlobId } from '../../platform/ids.ts';
import { takersOf } from './books/automatic.ts';
import { assertStorable, titleOf } from './content.ts';
import { assertNotErasing } from './deletion/erasure.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, UserBlobRecord } from './documents.ts';
import { CHAPTER_DRAFT, entryOfUserBlob, eventOf } from './entry.ts';
import { chapterNumber, checkInput, label } from './input.ts';

/** A user's input. */
export interface CreateBlobInput {
  readonly type: string;
  readonly schemaId: string;
  /** The schema's version that the data is held to. Default: the newest that was not withdrawn. */
  readonly schemaVersion?: string | null;
  readonly data: unknown;
  readonly title?: string | null;
  readonly conversationId?: string | null;
  readonly idempotencyKey?: string | null;
}

const inputSchema = z.object({
  type: z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,63}$/,
      'must be 1 to 64 lower-case letters, digits or underscores, a letter first, e.g. `chapter_draft`',
    ),
  schemaId: label(128),
  schemaVersion: label(64).nullish(),
  title: label(500).nullish(),
  conversationId: label(200).nullish(),
  idempotencyKey: label(255).nullish(),
});

const placeSchema = z.object({
  data: z.object({
    metadata: z.object({
      book_id: label(200).optional(),
      chapter_num: chapterNumber.optional(),
      conversation_id: label(200).optional(),
    }),
  }),
});

interface Place {
  readonly bookId: string | null;
  /** Of chapter drafts that name a book. */
  readonly chapterNum: number | null;
  readonly conversationId: string | null;
}

/** Where a document says that it belongs; what is of another type there means something else. @throws InputErrors */
function placeOf({ data, type }: CreateBlobInput): Place {
  const { metadata } = (data ?? {}) as { metadata?: Record<string, unknown> | null };
  const { book_id, chapter_num, conversation_id } =
    typeof metadata === 'object' && metadata !== null ? metadata : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const [bookId, conversationId] = [text(book_id), text(conversation_id)];
  const isChapter = type === CHAPTER_DRAFT && bookId !== undefined && typeof chapter_num === 'number';
  const chapterNum = isChapter ? chapter_num : undefined;
  const place = { book_id: bookId, chapter_num: chapterNum, conversation_id: conversationId };
  checkInput(placeSchema, { data: { metadata: place } });
  return {
    bookId: bookId ?? null,
    chapterNum: chapterNum ?? null,
    conversationId: conversationId ?? null,
  };
}

const hashOf = (input: CreateBlobInput): string => {
  const { type, schemaId, schemaVersion, data, title = null, conversationId = null } = input;
  // Absent where none was named, as in the hashes of before one could be.
  const version = schemaVersion == null ? {} : { schemaVersion };
  return createHash('sha256')
    .update(canonicalize({ type, schemaId, ...version, data, title, conversationId }) ?? '')
    .digest('hex');
};

/** Whether an earlier blob under the same key is this very one. @throws BlobgraphError IDEMPOTENCY_CONFLICT when not */
function assertSameInput(stored: UserBlobRecord, inputHash: string): void {
  if (stored.inputHash === inputHash) return;
  throw new BlobgraphError(
    'IDEMPOTENCY_CONFLICT',
    'This key was used with another input. Use a new key for new input.',
    {
      field: 'idempotencyKey',
    },
  );
}

const UNUSABLE: ReadonlySet<string> = new Set(['SCHEMA_UNKNOWN', 'SCHEMA_WITHDRAWN']);

/** @throws BlobgraphError FORBIDDEN: only the processor that keeps the bytes makes blobs of this schema, and of no other */
function assertMaker({ id, keptBy }: LoadedSchema, maker: string | null): void {
  if (keptBy === maker) return;
  const message =
    maker === null
      ? `Blobs of \`${id}\` are made of uploads: see \`requestUpload\`.`
      : `\`${maker}\` does not keep what blobs of \`${id}\` stand for.`;
  throw new BlobgraphError('FORBIDDEN', message, { field: 'schemaId' });
}

async function validate(
  deps: StateDependencies,
  input: CreateBlobInput,
  maker: string | null,
): Promise<{ version: string }> {
  const { schemaId } = input;
  const version = input.schemaVersion ?? undefined;
  const schema = await deps.schemas.validatorOfNew(schemaId, version).catch((error: unknown) => {
    if (!(error instanceof BlobgraphError) || !UNUSABLE.has(error.code)) throw error;
    const isOfVersion = version !== undefined && error.field !== 'schema_id';
    const field = isOfVersion ? 'schemaVersion' : 'schemaId';
    throw new BlobgraphError(error.code, error.message, { field });
  });
  assertMaker(schema, maker);
  const errors = schema.validate(input.data);
  if (errors.length === 0) return schema;
  throw new InputErrors(
    errors.map(({ pointer, message }) => ({
      field: `data${pointer.replaceAll('/', '.')}`,
      code: 'SCHEMA_VIOLATION',
      message,
    })),
  );
}

async function makeRecord(
  deps: StateDependencies,
  userId: string,
  input: CreateBlobInput,
  maker: string | null,
): Promise<UserBlobRecord> {
  const { version } = await validate(deps, input, maker);
  const place = placeOf(input);
  const blob = { userId, bookId: place.bookId, schemaId: input.schemaId };
  const expectedProcessorIds = await takersOf(deps, blob, 'blob.created');
  const key = keyOf(input, maker);
  const record: UserBlobRecord = {
    id: key === null ? deps.ids.next() : userBlobId(userId, key),
    userId,
    schemaId: input.schemaId,
    schemaVersion: version,
    type: input.type,
    title: input.title ?? titleOf(input.data, input.type),
    data: input.data,
    conversationId: input.conversationId ?? place.conversationId,
    bookId: place.bookId,
    chapterNum: place.chapterNum,
    createdAt: deps.clock.now(),
    inputHash: key === null ? null : hashOf(input),
    expectedProcessorIds,
    outbox: [],
  };
  const created = eventOf(entryOfUserBlob(record), 'created', record.createdAt, {
    planned: record.expectedProcessorIds,
  });
  return { ...record, outbox: [created] };
}

/** Makes what follows from a stored blob; safe to do again. @throws BlobgraphError BLOB_DELETED */
async function indexUserBlob({ store }: StateDependencies, blob: UserBlobRecord): Promise<IndexEntry> {
  const { stored } = await store.insertEntry(entryOfUserBlob(blob), []);
  if (stored) return stored;
  await store.eraseUserBlobs(blob.userId, [blob.id]);
  const message = 'The blob of this key was deleted. Use a new key to store it anew.';
  throw new BlobgraphError('BLOB_DELETED', message, { field: 'idempotencyKey' });
}

/** A processor's keys are none that a user could have: those hold no control characters. */
const keyOf = ({ idempotencyKey: key }: CreateBlobInput, maker: string | null): string | null =>
  key == null || maker === null ? (key ?? null) : `\n${maker}\n${key}`;

/** The blob that was stored under the key before, if any. */
async function earlier(
  deps: StateDependencies,
  userId: string,
  input: CreateBlobInput,
  maker: string | null,
) {
  const key = keyOf(input, maker);
  if (key === null) return undefined;
  const [stored] = await deps.store.userBlobs(userId, [userBlobId(userId, key)]);
  if (stored) assertSameInput(stored, hashOf(input));
  return stored;
}

/**
 * Stores a user's blob and its index entry. The blob's own write is the commit point: it carries the event that
 * makes the relay finish the rest, should this process die.
 * @param maker the processor that stores it in the user's name; null: the user does
 * @throws InputErrors, BlobgraphError of the input's codes; OVERLOADED while too much waits for the event log
 */
export async function createBlob(
  deps: StateDependencies,
  userId: string,
  input: CreateBlobInput,
  maker: string | null = null,
): Promise<IndexEntry> {
  checkInput(inputSchema, input);
  assertStorable(input.data, 'data');
  const [before] = await Promise.all([earlier(deps, userId, input, maker), assertNotErasing(deps, userId)]);
  if (before) return indexUserBlob(deps, before);
  deps.intake.assertOpen();
  const record = await makeRecord(deps, userId, input, maker);
  const { stored, inserted } = await deps.store.insertUserBlob(record);
  if (!inserted && record.inputHash !== null) assertSameInput(stored, record.inputHash);
  const entry = await indexUserBlob(deps, stored);
  deps.nudge(stored.id);
  return entry;
}
