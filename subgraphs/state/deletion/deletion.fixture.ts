import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect } from 'vitest';
import { createHttpServer } from '../../../platform/serving/http/http.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { compilerDocument, expansionDocument } from '../testing/registry.fixture.ts';
import {
  type Caller,
  HASH,
  newCaller,
  type RunningState,
  registration,
} from '../testing/subgraph.fixture.ts';

/** A call to a processor that stores blobs. */
interface OwnerCall {
  readonly path: string;
  readonly ids: readonly string[];
}

/** Runs one server for the processors that store the blobs, beside the state service. */
export function runOwners({ registry }: Pick<RunningState, 'registry'>) {
  const calls: OwnerCall[] = [];
  const owner = { away: false };
  const app = serveOwners(calls, owner);
  beforeAll(async () => {
    const base_url = await app.listen({ host: '127.0.0.1', port: 0 });
    registry.put(expansionDocument({ base_url }));
    registry.put(compilerDocument({ base_url }));
  });
  afterAll(() => app.close());
  /** The ids in the calls of a path. */
  const calledWith = (path: string) => calls.filter((call) => call.path === path).flatMap(({ ids }) => ids);
  return { owner, calledWith };
}

/** `owner.away`: whether the processors answer 503. */
function serveOwners(calls: OwnerCall[], owner: { readonly away: boolean }): FastifyInstance {
  const app = createHttpServer({ logger: createLogger('silent') });
  for (const path of ['/blobs/delete', '/blobs/stale']) {
    app.post<{ Body: { ids: string[] } }>(path, async ({ body }, reply) => {
      if (owner.away) return reply.status(503).send({});
      calls.push({ path, ids: body.ids });
      return {};
    });
  }
  app.delete<{ Params: { user_id: string } }>('/users/:user_id/blobs', async ({ params }) => {
    calls.push({ path: '/users', ids: [params.user_id] });
    return { deleted: 0, more: false };
  });
  return app;
}

const DELETE = `mutation ($id: ID!, $cascade: Boolean) {
  deleteBlob(id: $id, cascade: $cascade) { deletedIds staleIds userErrors { field code } }
}`;
interface Deleted {
  deleteBlob: { deletedIds: string[]; staleIds: string[]; userErrors: { field: string; code: string }[] };
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

/** Blobs to delete, and calls that delete them. */
export function novelsOn({ state, createDraft, register }: RunningState) {
  async function remove(caller: Caller, id: string, cascade = false) {
    const { data, errors } = await state.graphql<Deleted>(DELETE, { id, cascade }, caller);
    expect(errors).toBeUndefined();
    return data?.deleteBlob;
  }

  async function expansion(caller: Caller, parentId: string): Promise<string> {
    const body = registration(caller, parentId);
    expect((await register(caller, body)).status).toBeLessThan(300);
    return body.remote_blob_id;
  }

  async function compiled(caller: Caller, ...sources: string[]): Promise<string> {
    const body = bookOf(caller, sources);
    expect((await register(caller, body, asCompiler(caller))).status).toBe(201);
    return body.remote_blob_id;
  }

  /** Two drafts, their expansions, and a book of both. */
  async function novel() {
    const caller = newCaller();
    const drafts = [await createDraft(caller, 'One.'), await createDraft(caller, 'Two.', { chapter_num: 2 })];
    const [first = '', second = ''] = drafts;
    const [one, two] = [await expansion(caller, first), await expansion(caller, second)];
    return { caller, first, second, one, two, book: await compiled(caller, one, two) };
  }

  /** The ids of all blobs of the user. */
  async function left(caller: Caller): Promise<string[]> {
    const { data } = await state.graphql<{ blobs: { totalCount: number; nodes: { id: string }[] } }>(
      '{ blobs(first: 100) { totalCount nodes { id } } }',
      {},
      caller,
    );
    const found = data?.blobs.nodes.map(({ id }) => id) ?? [];
    expect(data?.blobs.totalCount).toBe(found.length);
    return found;
  }
  return { remove, expansion, novel, left };
}
