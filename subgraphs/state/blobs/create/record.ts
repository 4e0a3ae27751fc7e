import { versionsFor } from '../../../../platform/clients/canary.ts';
import type { LoadedSchema, SchemaClient } from '../../../../platform/clients/schemas.ts';
import { BlobgraphError, InputErrors } from '../../../../platform/errors/errors.ts';
import { KEY_FIELD } from '../../../../platform/ids/idempotency.ts';
import { type IdSource, userBlobId } from '../../../../platform/ids/ids.ts';
import { titleOf } from '../../entries/content.ts';
import { createdEventOf } from '../../entries/entry.ts';
import type { UserBlobRecord } from '../../store/records.ts';
import type { Turns } from '../../turns/turns.ts';
import { type TakerDependencies, takersOf } from '../books/automatic.ts';
import { type CreateBlobInput, hashOf, placeOf } from './blob-input.ts';

export interface RecordDependencies extends TakerDependencies {
  /** Refuses unknown and withdrawn versions. */
  readonly schemas: Pick<SchemaClient, 'validatorOfNew'>;
  /** Which of its runs wait for others of its user. */
  readonly turns: Pick<Turns, 'take'>;
  /** For blobs without a key. */
  readonly ids: IdSource;
}

/** A blob to be created. Its input has been checked. */
export interface NewBlob {
  readonly userId: string;
  /** Checked already; its data is still to be validated against the schema. */
  readonly input: CreateBlobInput;
  /** The processor that creates it on the user's behalf; null: the user. */
  readonly maker: string | null;
  /** Determines its id, together with the user; null: a random id. */
  readonly key: string | null;
  readonly createdAt: Date;
}

/** The refusal when the blob of a key was deleted. */
export const deletedBefore = (): BlobgraphError =>
  new BlobgraphError('BLOB_DELETED', 'The blob of this key was deleted. Use a new key to store it anew.', {
    field: KEY_FIELD,
  });

const UNUSABLE: ReadonlySet<string> = new Set(['SCHEMA_UNKNOWN', 'SCHEMA_WITHDRAWN']);

/**
 * Blobs of a schema whose bytes a processor stores are created by that processor alone.
 * @throws BlobgraphError FORBIDDEN
 */
function assertMaker({ id, keptBy }: LoadedSchema, maker: string | null): void {
  if (keptBy === maker) return;
  const message =
    maker === null
      ? `Blobs of \`${id}\` are made of uploads: see \`requestUpload\`.`
      : `\`${maker}\` does not keep what blobs of \`${id}\` stand for.`;
  throw new BlobgraphError('FORBIDDEN', message, { field: 'schemaId' });
}

async function validate(
  deps: Pick<RecordDependencies, 'schemas'>,
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

/**
 * The record of a new blob, with the event that makes the relay do the rest.
 * @throws InputErrors, BlobgraphError of the input's codes; SERVICE_UNAVAILABLE without the registries
 */
export async function makeRecord(
  deps: RecordDependencies,
  { userId, input, maker, key, createdAt }: NewBlob,
): Promise<UserBlobRecord> {
  const { version } = await validate(deps, input, maker);
  const place = placeOf(input);
  const blob = { userId, bookId: place.bookId, schemaId: input.schemaId, schemaVersion: version };
  const id = key === null ? deps.ids.next() : userBlobId(userId, key);
  const takers = await takersOf(deps, blob, 'blob.created');
  const expectedProcessorIds = takers.map((taker) => taker.id);
  const held = await deps.turns.take(userId, expectedProcessorIds);
  const json = JSON.stringify(input.data);
  const record: UserBlobRecord = {
    id,
    userId,
    schemaId: input.schemaId,
    schemaVersion: version,
    type: input.type,
    title: input.title ?? titleOf(input.data, input.type, json),
    data: input.data,
    json,
    conversationId: input.conversationId ?? place.conversationId,
    bookId: place.bookId,
    chapterNum: place.chapterNum,
    createdAt,
    inputHash: key === null ? null : hashOf(input),
    expectedProcessorIds,
    outbox: [],
  };
  const canary = versionsFor(takers, 'blob.created', record);
  return { ...record, outbox: [createdEventOf(record, { held, canary })] };
}
