import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Kit } from '../../platform/processor/kit.ts';
import { flatten } from '../../platform/processor/record.ts';
import { sendArtifact } from '../../platform/processor/rest/artifact-routes.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import { bookExports } from './exports/artifacts.ts';

/** The book compiler's own REST: `GET /books/:id`, a book with its chapters, and `GET /books/:id/export?format=`. */
export function bookRoutes(app: FastifyInstance, kit: Kit): void {
  app.get<{ Params: { id: string } }>('/books/:id', async ({ caller, params }) => {
    const [record] = await kit.records.byIds(requireViewer(caller).userId, [params.id], 'all');
    if (!record) {
      const message = 'There is no compiled book of this id, or it is not yours.';
      throw new BlobgraphError('BLOB_NOT_FOUND', message);
    }
    const { data: _, ...book } = flatten(record);
    return { book };
  });
  app.get<{ Params: { id: string }; Querystring: { format?: unknown } }>(
    '/books/:id/export',
    async (request, reply) => {
      const { format = 'markdown' } = request.query;
      if (typeof format !== 'string' || !Object.hasOwn(bookExports, format)) {
        const names = Object.keys(bookExports).map((name) => `\`${name}\``);
        const message = `\`format\` must be one of ${names.join(', ')}.`;
        throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'format' });
      }
      return sendArtifact(kit, request, reply, { id: request.params.id, name: format });
    },
  );
}
