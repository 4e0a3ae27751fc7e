import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Caller } from '../../identity/service/caller.ts';
import type { BlobInventory, InventoryItem, UserCount } from '../records/inventory.ts';

/** Blobs of one page: each may name thousands of sources. */
export const MAX_INVENTORY_PAGE = 200;
/** Ids of one question. */
export const MAX_INVENTORY_IDS = 1_000;

const pageQuery = z.object({
  before: z.iso.datetime(),
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_INVENTORY_PAGE),
});
const idsBody = z.object({ ids: z.array(z.string()).max(MAX_INVENTORY_IDS) });
const countsBody = z.object({
  user_ids: z.array(z.string()).max(MAX_INVENTORY_IDS),
  before: z.iso.datetime(),
});

/** Only the index itself may ask: the answer covers all users. */
function assertIndex({ service, viewer }: Caller): void {
  if (service === 'state' && viewer === null) return;
  throw new BlobgraphError('FORBIDDEN', 'Only the index may ask for an inventory.');
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'not valid' };
  const field = path.join('.');
  throw new BlobgraphError('VALIDATION_FAILED', `\`${field}\`: ${message}.`, { field });
}

const itemJson = (item: InventoryItem) => ({
  id: item.id,
  user_id: item.userId,
  source_ids: item.sourceIds,
  created_at: item.createdAt,
  registration: item.registration,
});

const countJson = ({ userId, ...counts }: UserCount) => ({ user_id: userId, ...counts });

/**
 * The REST by which the index compares itself with a processor's store: `GET /inventory?before=&after=&limit=`,
 * `POST /inventory/existing` and `/inventory/reopen` `{ ids }`, `POST /inventory/counts` `{ user_ids, before }`.
 * Each answer names the processor, so that one that answers at another's address is not taken for it, and says whether it
 * makes again what its store drops: that is then nothing which the index would miss.
 */
export function inventoryRoutes(
  app: FastifyInstance,
  deps: { processorId: string; inventory: BlobInventory; rebuildable?: boolean },
): void {
  const { inventory, processorId, rebuildable = false } = deps;
  const answer = (body: object) => ({ processor_id: processorId, rebuildable, ...body });
  app.get('/inventory', async ({ caller, query }) => {
    assertIndex(caller);
    const { before, after, limit } = parse(pageQuery, query);
    const page = { before: new Date(before), limit, ...(after === undefined ? {} : { after }) };
    return answer({ blobs: (await inventory.inventory(page)).map(itemJson) });
  });
  app.post('/inventory/existing', async ({ caller, body }) => {
    assertIndex(caller);
    return answer({ ids: await inventory.existing(parse(idsBody, body).ids) });
  });
  app.post('/inventory/counts', async ({ caller, body }) => {
    assertIndex(caller);
    const { user_ids, before } = parse(countsBody, body);
    return answer({ counts: (await inventory.countsOf(user_ids, new Date(before))).map(countJson) });
  });
  app.post('/inventory/reopen', async ({ caller, body }) => {
    assertIndex(caller);
    await inventory.reopen(parse(idsBody, body).ids);
    return answer({});
  });
}
