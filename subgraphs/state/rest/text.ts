import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { sendText, textBytes } from '../../../platform/files/text.ts';
import { noBlob } from '../../../platform/serving/direct-reads/owners.ts';
import { writtenText } from '../entries/content.ts';
import type { StateStore } from '../store/store.ts';
import { requireUser } from './front-door.ts';

/** `GET /api/v1/blobs/:id/text`: streams the text of a user's own blob as `text/plain`, with ranges and ETags. */
export function textRoute(app: FastifyInstance, store: Pick<StateStore, 'userBlobs'>): void {
  app.get<{ Params: { id: string } }>('/api/v1/blobs/:id/text', async (request, reply) => {
    const { userId } = requireUser(request.caller);
    const [blob] = await store.userBlobs(userId, [request.params.id]);
    if (!blob) throw noBlob();
    const text = writtenText(blob.data);
    if (text === null) throw new BlobgraphError('NOT_FOUND', 'This blob has no text: its data is no prose.');
    return sendText(request, reply, { etag: `"${blob.id}-text"`, open: () => textBytes(text) });
  });
}
