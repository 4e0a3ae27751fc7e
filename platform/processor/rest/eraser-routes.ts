import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BlobgraphError } from '../../errors/errors.ts';
import { requireViewer } from '../../serving/access/authenticate.ts';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { OpenedResources } from '../kit/open.ts';
import type { BlobEraser } from '../records/eraser.ts';

const MAX_IDS = 1_000;
/** Blobs that one request removes, so that it is answered in time. */
const MAX_ERASED = 2_000;
const ERASED_AT_ONCE = 200;

const idsBody = z.object({ ids: z.array(z.string()).max(MAX_IDS) });

/** The user whose blobs are deleted. @throws BlobgraphError FORBIDDEN unless the index itself asks: it knows what is deleted */
function userOf({ caller }: FastifyRequest): string {
  const { userId } = requireViewer(caller);
  if (caller.service === 'state') return userId;
  throw new BlobgraphError('FORBIDDEN', 'Blobs are deleted by `deleteBlob`, through the index.');
}

function idsOf(body: unknown): string[] {
  const parsed = idsBody.safeParse(body);
  if (parsed.success) return parsed.data.ids;
  const message = `\`ids\` must be a list of at most ${MAX_IDS} ids.`;
  throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'ids' });
}

/**
 * The REST by which the index has blobs erased, for the user whose they are; all of it safe to do again:
 * `POST /blobs/delete` `{ ids }`, `POST /blobs/stale` `{ ids }`, and `DELETE /users/:user_id/blobs`, which answers
 * `{ deleted, more }` and is asked again while there is more.
 */
export function eraserRoutes(
  app: FastifyInstance,
  {
    eraser,
    artifacts,
    opened = {},
  }: {
    eraser: BlobEraser;
    artifacts: Pick<Artifacts, 'erase'>;
    opened?: Pick<OpenedResources, 'eraseUser' | 'eraseBlobs'>;
  },
): void {
  app.post('/blobs/delete', async (request) => {
    const ids = idsOf(request.body);
    const userId = userOf(request);
    await eraser.erase(userId, ids);
    await artifacts.erase(ids);
    await opened.eraseBlobs?.(userId, ids);
    return {};
  });
  app.post('/blobs/stale', async (request) => {
    await eraser.markStale(userOf(request), idsOf(request.body));
    return {};
  });
  app.delete<{ Params: { user_id: string } }>('/users/:user_id/blobs', async (request) => {
    const userId = userOf(request);
    if (request.params.user_id !== userId) throw new BlobgraphError('NOT_FOUND', 'There is no such user.');
    await opened.eraseUser?.(userId);
    let deleted = 0;
    let last = ERASED_AT_ONCE;
    while (last === ERASED_AT_ONCE && deleted < MAX_ERASED) {
      const erased = await eraser.eraseUser(userId, ERASED_AT_ONCE);
      await artifacts.erase(erased);
      last = erased.length;
      deleted += last;
    }
    return { deleted, more: last === ERASED_AT_ONCE };
  });
}
