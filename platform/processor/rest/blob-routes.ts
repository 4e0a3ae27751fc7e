import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SchemaClient } from '../../clients/schemas.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { requireViewer } from '../../serving/access/authenticate.ts';
import { type Reader, recordsOf, requireRecord } from '../kit/reader.ts';
import { type BlobRecord, toDocument } from '../records/record.ts';
import {
  type BlobPlace,
  listedMembers,
  type RecordPage,
  type Records,
  type RecordsDefinition,
} from '../records/records.ts';
import type { AssertReader } from './readers.ts';

const MAX_BATCH = 1_000;
const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

const batchBody = z.object({
  ids: z.array(z.string()).max(MAX_BATCH),
  schema_version: z.string().max(100).optional(),
});

const blobQuery = z.object({ schema_version: z.string().max(100).optional() });

const listQuery = z.object({
  since: z.iso.datetime({ offset: true }).optional(),
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
});

const refuse = (field: string, message: string) =>
  new BlobgraphError('VALIDATION_FAILED', message, { field });

const cursorOf = ({ createdAt, id }: BlobPlace): string =>
  Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url');

function placeOf(cursor: string): BlobPlace {
  try {
    const [time, id] = z
      .tuple([z.iso.datetime(), z.uuid()])
      .parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { createdAt: new Date(time), id };
  } catch {
    throw new BlobgraphError('CURSOR_INVALID', '`after` must be the `next` of a list.', { field: 'after' });
  }
}

function parseList(query: unknown) {
  const parsed = listQuery.safeParse(query);
  if (parsed.success) return parsed.data;
  const field = String(parsed.error.issues[0]?.path[0] ?? 'limit');
  const message =
    field === 'since'
      ? '`since` must be an ISO 8601 date and time.'
      : `\`${field}\` must be 1 to ${MAX_PAGE}.`;
  throw refuse(field, message);
}

/** Bytes of all blobs of one answer, as their processor counts them. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The finished ones of these blobs, whole, in the order of `ids`. @throws BlobgraphError VALIDATION_FAILED: too large together */
async function wholeBlobs(reader: Reader, userId: string, ids: readonly string[]) {
  const sizes = [...recordsOf(await reader.byIds(userId, ids, new Set())).values()];
  const bytes = sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes > MAX_ANSWER_BYTES) {
    throw refuse(
      'ids',
      `The blobs of \`ids\` have ${bytes} bytes together; ask for at most ${MAX_ANSWER_BYTES} at once.`,
    );
  }
  const found = recordsOf(await reader.byIds(userId, ids, 'all'));
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
}

/** The page that a list's query asks for. */
function pageOf(query: unknown): RecordPage {
  const { since, after, limit } = parseList(query);
  return {
    limit,
    ...(since === undefined ? {} : { since: new Date(since) }),
    ...(after === undefined ? {} : { after: placeOf(after) }),
  };
}

/** The first records that fit into one answer, at least one. */
function fitting(found: readonly BlobRecord[]): readonly BlobRecord[] {
  let bytes = 0;
  const end = found.findIndex(({ sizeBytes }, index) => {
    bytes += sizeBytes;
    return index > 0 && bytes > MAX_ANSWER_BYTES;
  });
  return end === -1 ? found : found.slice(0, end);
}

/** A stretch of a user's blobs, and whether there are more. Texts are read of those alone that fit into an answer. */
async function listedBlobs(
  { records, definition }: { records: Records; definition: RecordsDefinition },
  userId: string,
  page: RecordPage,
) {
  const found = await records.page(userId, { ...page, limit: page.limit + 1 }, new Set());
  const chosen = fitting(found.slice(0, page.limit));
  const ids = chosen.map(({ id }) => id);
  const read = await records.byIds(userId, ids, listedMembers(definition));
  const byId = new Map(read.map((record) => [record.id, record]));
  const last = chosen.length < found.length ? chosen.at(-1) : undefined;
  return { blobs: ids.flatMap((id) => byId.get(id) ?? []), last };
}

/**
 * The REST that every processor has, for the user on whose behalf it is asked: `GET /blobs/:id?schema_version=`,
 * `POST /blobs/batch` `{ ids, schema_version }`, `GET /users/:user_id/blobs?since=&after=&limit=`, which may answer fewer than `limit` where
 * they are large. `schemaId`: of the output schema. `assertReader`: holds those who read in batches to what they may.
 */
export function blobRoutes(
  app: FastifyInstance,
  {
    records,
    reader,
    definition,
    schemaId,
    schemas,
    assertReader,
  }: {
    records: Records;
    reader: Reader;
    definition: RecordsDefinition;
    schemaId: string;
    schemas: Pick<SchemaClient, 'upcast'>;
    assertReader: AssertReader;
  },
): void {
  /** The blob's document, read as a newer version of its schema where one is named. */
  async function documentOf(record: BlobRecord, version: string | undefined): Promise<object> {
    if (version === undefined) return toDocument(record, schemaId);
    const { schemaVersion, data } = record;
    const read = (await schemas.upcast({ schemaId, schemaVersion, data }, version)) as BlobRecord['data'];
    return toDocument({ ...record, schemaVersion: version, data: read }, schemaId);
  }
  app.get<{ Params: { id: string } }>('/blobs/:id', async ({ caller, params, query }) => {
    const asked = blobQuery.safeParse(query);
    if (!asked.success) throw refuse('schema_version', '`schema_version` must be a version, e.g. `2.0.0`.');
    const read = await reader.byIds(requireViewer(caller).userId, [params.id], 'all');
    return { blob: await documentOf(requireRecord(read, params.id), asked.data.schema_version) };
  });
  app.post('/blobs/batch', async ({ caller, body }) => {
    const { userId } = requireViewer(caller);
    await assertReader(caller);
    const parsed = batchBody.safeParse(body);
    if (!parsed.success) throw refuse('ids', `\`ids\` must be a list of at most ${MAX_BATCH} ids.`);
    const found = await wholeBlobs(reader, userId, parsed.data.ids);
    const version = parsed.data.schema_version;
    return { blobs: await Promise.all(found.map((record) => documentOf(record, version))) };
  });
  app.get<{ Params: { user_id: string } }>('/users/:user_id/blobs', async ({ caller, params, query }) => {
    const { userId } = requireViewer(caller);
    if (params.user_id !== userId)
      throw new BlobgraphError('NOT_FOUND', 'There is no such user, or it is not you.');
    const { blobs, last } = await listedBlobs({ records, definition }, userId, pageOf(query));
    return {
      blobs: blobs.map((record) => toDocument(record, schemaId)),
      next: last ? cursorOf(last) : null,
    };
  });
}
