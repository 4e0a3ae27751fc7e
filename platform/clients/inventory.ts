import { z } from 'zod';
import { BlobgraphError } from '../errors/errors.ts';
import { type AskedInventory, registrationStates } from '../processor/records/inventory.ts';
import type { ServiceHttp } from './http/http.ts';

const itemSchema = z
  .object({
    id: z.string(),
    user_id: z.string(),
    source_ids: z.array(z.string()),
    created_at: z.coerce.date(),
    registration: z.enum(registrationStates),
  })
  .transform(({ user_id, source_ids, created_at, ...item }) => ({
    ...item,
    userId: user_id,
    sourceIds: source_ids,
    createdAt: created_at,
  }));

const countSchema = z
  .object({ user_id: z.string(), older: z.number().int(), total: z.number().int() })
  .transform(({ user_id, ...counts }) => ({ ...counts, userId: user_id }));

/** Absent in answers of processors of the previous release. */
const rebuildable = z.boolean().default(false);

const TIMEOUT_MS = 30_000;

interface AskedProcessor {
  readonly id: string;
  readonly base_url: string;
}

/** A function that asks the processor, and takes answers of the schema's form that name it. */
const asking =
  (http: ServiceHttp, { id, base_url: baseUrl }: AskedProcessor) =>
  async <T>(schema: z.ZodType<T>, method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
    const common = { method, path, viewer: null, repeatable: true, timeoutMs: TIMEOUT_MS };
    const answer = await http.call({ id, baseUrl }, { ...common, ...(body ? { body } : {}) });
    const own = z.object({ processor_id: z.literal(id) }).safeParse(answer);
    const parsed = schema.safeParse(answer);
    if (own.success && parsed.success) return parsed.data;
    throw new BlobgraphError('SERVICE_UNAVAILABLE', `\`${id}\` does not answer at its address.`);
  };

const idsAnswer = z.object({ ids: z.array(z.string()), rebuildable });

/**
 * The inventory of a processor, through its REST. Everything rejects with BlobgraphError; SERVICE_UNAVAILABLE also
 * where another answers at the processor's address, or what it answers is not of the form that was agreed on.
 */
export function createInventoryClient(http: ServiceHttp, processor: AskedProcessor): AskedInventory {
  const ask = asking(http, processor);
  return {
    async inventory({ before, after, limit }) {
      const query = new URLSearchParams({
        before: before.toISOString(),
        limit: String(limit),
        ...(after === undefined ? {} : { after }),
      });
      return (await ask(z.object({ blobs: z.array(itemSchema) }), 'GET', `/inventory?${query}`)).blobs;
    },
    async existing(ids) {
      return (await ask(idsAnswer, 'POST', '/inventory/existing', { ids })).ids;
    },
    async lost(ids) {
      const answer = await ask(idsAnswer, 'POST', '/inventory/existing', { ids });
      const there = new Set(answer.ids);
      return answer.rebuildable ? [] : ids.filter((id) => !there.has(id));
    },
    async countsOf(userIds, before) {
      const schema = z.object({ counts: z.array(countSchema), rebuildable });
      const body = { user_ids: userIds, before: before.toISOString() };
      const answer = await ask(schema, 'POST', '/inventory/counts', body);
      return answer.rebuildable ? null : answer.counts;
    },
    async reopen(ids) {
      await ask(z.object({}), 'POST', '/inventory/reopen', { ids });
    },
  };
}
