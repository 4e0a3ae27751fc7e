import { z } from 'zod';
import { routed } from '../ids/service-path.ts';
import type { ServiceHttp } from './http/http.ts';

/** Whether the index has blobs of a processor. Rejects with BlobgraphError. */
export type KeptBlobs = (processorId: string) => Promise<boolean>;

/** It reads the whole index where there are none. */
const TIMEOUT_MS = 20_000;

export const createKeptBlobs =
  (http: Pick<ServiceHttp, 'call'>): KeptBlobs =>
  async (processorId) => {
    const path = routed`/api/v1/processors/${processorId}/kept`;
    const answer = await http.call('state', { method: 'GET', path, viewer: null, timeoutMs: TIMEOUT_MS });
    return z.object({ kept: z.boolean() }).parse(answer).kept;
  };
