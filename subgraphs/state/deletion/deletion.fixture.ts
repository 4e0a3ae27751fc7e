import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { createHttpServer } from '../../../platform/serving/http.ts';
import { compilerDocument, expansionDocument } from '../registry.fixture.ts';
import {
  type Caller,
  createDraft,
  HASH,
  newCaller,
  register,
  registration,
  registry,
  state,
} from '../subgraph.fixture.ts';

/** A call to a processor that keeps the blobs. */
interface Told {
  readonly path: string;
  readonly ids: readonly string[];
}
const told: Told[] = [];
/** Whether the processors that keep the blobs are there. */
export const owner = { away: false };
let owners: FastifyInstance;

/** Runs what keeps the blobs, beside {@link runState}. */
export function runOwners(): void {
  beforeAll(start);
  afterAll(() => owners?.close());
}

async function start(): Promise<void> {
  owners = createHttpServer({ logger: createLogger('silent') });
  for (const path of ['/blobs/delete', '/blobs/stale']) {
    owners.post<{ Body: { ids: string[] } }>(path, async ({ body }, reply) => {
      if (owner.away) return reply.status(503).send({});
      told.push({ path, ids: body.ids });
      return {};
    });
  }
  owners.delete<{ Params: { user_id: string } }>('/users/:user_id/blobs', async ({ params }) => {
    told.push({ path: '/users', ids: [params.user_id] });
    return { deleted: 0, more: false };
  });
  const base_url = await owners.listen({ host: '127.0.0.1', port: 0 });
  registry.put(expansionDocument({ base_url }));
  registry.put(compilerDocument({ base_url }));
}

const DELETE = `mutation ($id: ID!, $cascade: Boolean) {
  deleteBlob(id: $id, cascade: $cascade) { deletedIds staleIds userErrors { field code } }
}`;
interface Deleted {
  deleteBlob: { deletedIds: string[]; staleIds: string[]; userErrors: { field: string; code: string }[] };
}
export async function remove(caller: Caller, id: string, cascade = false) {
  const { data, errors } = await state.graphql<Deleted>(DELETE, { id, cascade }, caller);
  expect(errors).toBeUndefined();
  return data?.deleteBlob;
}

export async function expansion(caller: Caller, parentId: string): Promise<string> {
  const body = registration(caller, parentId);
  expect((await register(caller, body)).status).toBeLessThan(300);
  return body.remote_blob_id;
}

let serial = 0;
export const bookOf = (caller: Caller, sources: readonly string[], over: object = {}) => ({
  user_id: caller.viewer.userId,
  processor_id: 'book-compiler',
  storage_location: 'book-compiler-db',
  remote_blob_id: `book-${++serial}`,
  parent_id: sources[0] ?? '',
  source_ids: sources,
  schema_id: 'compiled-book-v1',
  preview: 'A book.',
  content_hash: HASH,
  ...over,
});
export const asCompiler = (caller: Caller) => ({ service: 'book-compiler', ...caller });
export async function compiled(caller: Caller, ...sources: string[]): Promise<string> {
  const body = bookOf(caller, sources);
  expect((await register(caller, body, asCompiler(caller))).status).toBe(201);
  return body.remote_blob_id;
}

/** Two drafts, their expansions, and a book of both. */
export async function novel() {
  const caller = newCaller();
  const drafts = [await createDraft(caller, 'One.'), await createDraft(caller, 'Two.', { chapter_num: 2 })];
  const [first = '', second = ''] = drafts;
  const [one, two] = [await expansion(caller, first), await expansion(caller, second)];
  return { caller, first, second, one, two, book: await compiled(caller, one, two) };
}

export const left = async (caller: Caller): Promise<string[]> => {
  const { data } = await state.graphql<{ blobs: { totalCount: number; nodes: { id: string }[] } }>(
    '{ blobs(first: 100) { totalCount nodes { id } } }',
    {},
    caller,
  );
  const found = data?.blobs.nodes.map(({ id }) => id) ?? [];
  expect(data?.blobs.totalCount).toBe(found.length);
  return found;
};
export const toldOf = (path: string) => told.filter((each) => each.path === path).flatMap(({ ids }) => ids);
