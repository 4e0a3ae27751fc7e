import { z } from 'zod';
import type { ServiceHttp, ServiceTarget } from './http.ts';

const blobSchema = z.object({ id: z.string(), user_id: z.string(), data: z.unknown() });

/** A blob as the processor that keeps it shows it; the shape of `data` is that of its output schema. */
export type ProcessorBlob = z.infer<typeof blobSchema>;

/** Any processor's REST, on behalf of a user. Rejects with BlobgraphError. */
export interface ProcessorClient {
  /** In no given order; those that are missing or not the user's are left out. */
  blobs(target: ServiceTarget, userId: string, ids: readonly string[]): Promise<ProcessorBlob[]>;
}

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
  };
}
