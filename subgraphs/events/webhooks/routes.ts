import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { requireViewer } from '../../../platform/serving/access/authenticate.ts';
import type { Webhooks } from './owners/webhooks.ts';

/** `DELETE /users/:user_id/webhooks`, by which the index has a user's webhooks erased: safe to do again. */
export function webhookRoutes(app: FastifyInstance, webhooks: Pick<Webhooks, 'erase'>): void {
  app.delete<{ Params: { user_id: string } }>('/users/:user_id/webhooks', async (request) => {
    const { userId } = requireViewer(request.caller);
    if (request.params.user_id !== userId) throw new BlobgraphError('NOT_FOUND', 'There is no such user.');
    await webhooks.erase(userId);
    return {};
  });
}
