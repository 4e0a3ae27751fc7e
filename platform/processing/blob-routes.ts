import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BlobgraphError } from '../errors.ts';
import { requireViewer } from '../serving/authenticate.ts';
import type { BlobInventory } from './inventory.ts';
import { inventoryRoutes } from './inventory-routes.ts';

/** A blob of a processor, as far as its REST must know it. */
export interface StoredBlob {
  readonly id: string;
  readonly createdAt: Date;
}

/** A place in a user's blobs, oldest first. */
export interface BlobPlace {
  readonly createdAt: Date;
  readonly id: string;
}

/** What the REST of every processor reads. */
export interface BlobReader<Blob extends StoredBlob> {
  /** One query; those that are missing or not the user's are left out. */
  byIds(userId: string, ids: readonly string[]): Promise<Blob[]>;
  /** The user's blobs made at `since` or later, behind `after`, oldest first. */
  page(
    userId: string,
    page: { readonly since?: Date; readonly after?: BlobPlace; readonly limit: number },
  ): Promise<Blob[]>;
}

const MAX_BATCH = 1_000;
const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

const batchBody = z.object({ ids: z.array(z.string()).max(MAX_BATCH) });

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
      .tuple([z.iso.datetime(), z.string()])
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

/**
 * The REST that every processor has, for the user on whose behalf it is asked: `GET /blobs/:id`,
 * `POST /blobs/batch` `{ ids }`, `GET /users/:user_id/blobs?since=&after=&limit=`. Beside them {@link inventoryRoutes}.
 */
export function blobRoutes<Blob extends StoredBlob>(
  app: FastifyInstance,
  deps: {
    processorId: string;
    reader: BlobReader<Blob>;
    inventory: BlobInventory;
    toJson: (blob: Blob) => object;
  },
): void {
  const { reader, toJson } = deps;
  inventoryRoutes(app, deps);
  app.get<{ Params: { id: string } }>('/blobs/:id', async ({ caller, params }) => {
    const [blob] = await reader.byIds(requireViewer(caller).userId, [params.id]);
    if (!blob) throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');
    return { blob: toJson(blob) };
  });
  app.post('/blobs/batch', async ({ caller, body }) => {
    const { userId } = requireViewer(caller);
    const parsed = batchBody.safeParse(body);
    if (!parsed.success) throw refuse('ids', `\`ids\` must be a list of at most ${MAX_BATCH} ids.`);
    return { blobs: (await reader.byIds(userId, parsed.data.ids)).map(toJson) };
  });
  app.get<{ Params: { user_id: string } }>('/users/:user_id/blobs', async ({ caller, params, query }) => {
    const { userId } = requireViewer(caller);
    if (params.user_id !== userId)
      throw new BlobgraphError('NOT_FOUND', 'There is no such user, or it is not you.');
    const { since, after, limit } = parseList(query);
    const found = await reader.page(userId, {
      limit: limit + 1,
      ...(since === undefined ? {} : { since: new Date(since) }),
      ...(after === undefined ? {} : { after: placeOf(after) }),
    });
    const last = found.length > limit ? found[limit - 1] : undefined;
    return { blobs: found.slice(0, limit).map(toJson), next: last ? cursorOf(last) : null };
  });
}
