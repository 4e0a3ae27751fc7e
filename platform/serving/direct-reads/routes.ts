import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceHttp } from '../../clients/http/http.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Caller, Viewer } from '../../identity/service/caller.ts';
import { routed } from '../../ids/service-path.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { readBatch } from './batch.ts';
import { createForward, type Forward } from './forward.ts';
import { type BlobPlace, idsOf, isId, listPath, placesOf } from './input.ts';
import { noBlob, type Owner } from './owners.ts';

/** Who reads, on behalf of which user. */
export interface Reader extends Caller {
  readonly viewer: Viewer;
}

export interface DirectReads {
  readonly http: Pick<ServiceHttp, 'stream' | 'sendForText'>;
  /** Told of answers that are not passed on. */
  readonly logger: Pick<Logger, 'warn'>;
  /** @throws BlobgraphError UNAUTHENTICATED; OVERLOADED */
  readonly reader: (request: FastifyRequest) => Promise<Reader>;
  /** The owner that the reader asks for. @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED, FORBIDDEN, SERVICE_UNAVAILABLE */
  readonly ownerFor: (id: string, reader: Reader) => Promise<Owner>;
}

interface BlobParams {
  readonly processor: string;
  readonly id: string;
}

const noList = (id: string): BlobgraphError =>
  new BlobgraphError('NOT_FOUND', `\`${id}\` has no list of blobs here: ask the graph for \`blobs\`.`);

/**
 * Reads that go to the owner of a blob, for a user, wherever that owner is:
 *
 * - `GET /api/v1/processors/:processor/blobs/:id`: the whole document, of any size;
 * - `GET /api/v1/processors/:processor/blobs/:id/artifacts/:name`: an export or rendition, also a range of it;
 * - `GET /api/v1/processors/:processor/users/:user_id/blobs?since=&after=&limit=`;
 * - `POST /api/v1/processors/:processor/blobs/batch` `{ ids }`, at most 1,000;
 * - `POST /api/v1/blobs/batch` `{ blobs: [{ processor_id, id }] }`, of several processors, at most 4 MiB.
 *
 * Conditions (`If-None-Match`) are heeded where the owner heeds them.
 */
export function directReadRoutes(app: FastifyInstance, deps: DirectReads): void {
  const forward = createForward(deps);
  const { reader, ownerFor } = deps;

  app.get<{ Params: BlobParams }>('/api/v1/processors/:processor/blobs/:id', async (request, reply) => {
    const asks = await reader(request);
    const { processor, id } = request.params;
    const owner = await ownerFor(processor, asks);
    if (!isId(id)) throw noBlob();
    const read = { owner, viewer: asks.viewer, method: 'GET', path: owner.blob(id), kind: 'json' } as const;
    return forward(request, reply, { ...read, expected: { user_id: asks.viewer.userId, id } });
  });
  app.get<{ Params: BlobParams & { readonly name: string } }>(
    '/api/v1/processors/:processor/blobs/:id/artifacts/:name',
    async (request, reply) => {
      const asks = await reader(request);
      const { processor, id, name } = request.params;
      const owner = await ownerFor(processor, asks);
      if (!isId(id) || !isId(name)) throw noBlob();
      const path = routed`/blobs/${id}/artifacts/${name}`;
      const read = { owner, viewer: asks.viewer, method: 'GET', path, kind: 'file' } as const;
      return forward(request, reply, { ...read, expected: {} });
    },
  );
  listRoute(app, deps, forward);
  batchRoutes(app, deps, forward);
}

function listRoute(app: FastifyInstance, { reader, ownerFor }: DirectReads, forward: Forward): void {
  app.get<{ Params: { readonly processor: string; readonly user_id: string } }>(
    '/api/v1/processors/:processor/users/:user_id/blobs',
    async (request, reply) => {
      const asks = await reader(request);
      const { processor, user_id } = request.params;
      const { viewer } = asks;
      const owner = await ownerFor(processor, asks);
      if (user_id !== viewer.userId)
        throw new BlobgraphError('NOT_FOUND', 'There is no such user, or it is not you.');
      if (!owner.list) throw noList(owner.id);
      const path = listPath(owner.list(user_id), request.query);
      return forward(request, reply, {
        ...{ owner, viewer, method: 'GET', path, kind: 'json', expected: { user_id } },
      });
    },
  );
}

function batchRoutes(app: FastifyInstance, { http, reader, ownerFor }: DirectReads, forward: Forward): void {
  app.post<{ Params: { readonly processor: string } }>(
    '/api/v1/processors/:processor/blobs/batch',
    async (request, reply) => {
      const asks = await reader(request);
      const owner = await ownerFor(request.params.processor, asks);
      const body = { ids: idsOf(request.body) };
      const read = { owner, viewer: asks.viewer, method: 'POST', path: owner.batch, body } as const;
      return forward(request, reply, { ...read, kind: 'json', expected: { user_id: asks.viewer.userId } });
    },
  );
  app.post('/api/v1/blobs/batch', async (request) => {
    const asks = await reader(request);
    const places: BlobPlace[] = placesOf(request.body);
    const makeLarge = async () => request.part?.makeLarge();
    const owner = (id: string) => ownerFor(id, asks);
    return readBatch({ http, viewer: asks.viewer, owner, makeLarge }, places);
  });
}
