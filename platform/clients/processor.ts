import { z } from 'zod';
import { BlobgraphError } from '../errors/errors.ts';
import { routed } from '../ids/service-path.ts';
import { bodyWithin } from '../text/body.ts';
import type { ServiceHttp, ServiceTarget } from './http/http.ts';

const blobSchema = z.object({ id: z.string(), user_id: z.string(), data: z.unknown() });

/** A blob as the processor that keeps it shows it; the shape of `data` is that of its output schema. */
export type ProcessorBlob = z.infer<typeof blobSchema>;

/** Erasure of blobs in their stores, on behalf of a user. Idempotent. Rejects with BlobgraphError. */
export interface ErasureClient {
  /** At most 1,000. */
  erase(target: ServiceTarget, userId: string, ids: readonly string[]): Promise<void>;
  /** Marks blobs as stale: their sources were deleted. At most 1,000. */
  markStale(target: ServiceTarget, userId: string, ids: readonly string[]): Promise<void>;
  /** Erases blobs of the user; true while there are more. */
  eraseUser(target: ServiceTarget, userId: string): Promise<boolean>;
}

export function createErasureClient(http: ServiceHttp): ErasureClient {
  const as = (userId: string) => ({ viewer: { userId, roles: [] }, repeatable: true, timeoutMs: 30_000 });
  const post = async (target: ServiceTarget, route: string, userId: string, ids: readonly string[]) => {
    await http.call(target, { method: 'POST', path: route, body: { ids }, ...as(userId) });
  };
  return {
    erase: (target, userId, ids) => post(target, '/blobs/delete', userId, ids),
    markStale: (target, userId, ids) => post(target, '/blobs/stale', userId, ids),
    async eraseUser(target, userId) {
      const call = { method: 'DELETE', path: routed`/users/${userId}/blobs`, ...as(userId) } as const;
      const answer = await http.call(target, call);
      return z.object({ more: z.boolean() }).parse(answer).more;
    },
  };
}

/** Any processor's REST, on behalf of a user. Rejects with BlobgraphError. */
export interface ProcessorClient {
  /** In no given order; those that are missing or not the user's are left out. */
  blobs(target: ServiceTarget, userId: string, ids: readonly string[]): Promise<ProcessorBlob[]>;
  /** A file of a blob, e.g. a rendition, which is made where it is not there. @throws BLOB_TOO_LARGE */
  file(
    target: ServiceTarget,
    userId: string,
    file: { readonly id: string; readonly name: string; readonly maxBytes: number },
  ): Promise<Uint8Array>;
}

/** Blobs of any processor, read by way of the registry, which may read of all. Rejects with BlobgraphError. */
export interface RoutedReads {
  /** On behalf of the user. In no given order; those that are missing or not the user's are left out. */
  blobs(processorId: string, userId: string, ids: readonly string[]): Promise<ProcessorBlob[]>;
}

export const createRoutedReads = (http: Pick<ServiceHttp, 'call'>): RoutedReads => ({
  async blobs(processorId, userId, ids) {
    const answer = await http.call('processors', {
      method: 'POST',
      path: routed`/api/v1/processors/${processorId}/blobs/batch`,
      body: { ids },
      repeatable: true,
      viewer: { userId, roles: [] },
      timeoutMs: 30_000,
    });
    return z.object({ blobs: z.array(blobSchema) }).parse(answer).blobs;
  },
});

export function createProcessorClient(http: ServiceHttp): ProcessorClient {
  return {
    async blobs(target, userId, ids) {
      const answer = await http.call(target, {
        method: 'POST',
        path: '/blobs/batch',
        body: { ids },
        repeatable: true,
        viewer: { userId, roles: [] },
        timeoutMs: 30_000,
      });
      return z.object({ blobs: z.array(blobSchema) }).parse(answer).blobs;
    },
    async file(target, userId, { id, name, maxBytes }) {
      const { body } = await http.stream(target, {
        method: 'GET',
        path: routed`/blobs/${id}/artifacts/${name}`,
        viewer: { userId, roles: [] },
        timeoutMs: 60_000,
      });
      const bytes = await bodyWithin(body, maxBytes);
      if (bytes) return bytes;
      throw new BlobgraphError('BLOB_TOO_LARGE', `\`${name}\` has more than ${maxBytes} bytes.`);
    },
  };
}
