import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Kit } from '../../platform/processor/kit/kit.ts';
import { flatten } from '../../platform/processor/records/record.ts';
import { sendArtifact } from '../../platform/processor/rest/artifact-routes.ts';
import { requireViewer } from '../../platform/serving/access/authenticate.ts';
import { comparerOf } from './compare/comparer.ts';
import { bookExports } from './exports/artifacts.ts';

/**
 * The book compiler's own REST routes: `GET /books/:id`, a book with its chapters; `GET /books/:id/export?format=`;
 * `GET /books/:id/comparison?with=ID`, its differences to another version.
 */
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
  app.get<{ Params: { id: string }; Querystring: { with?: unknown } }>(
    '/books/:id/comparison',
    async ({ caller, params, query }) => {
      const { userId } = requireViewer(caller);
      if (typeof query.with !== 'string')
        throw new BlobgraphError('VALIDATION_FAILED', '`with` must be the id of a compiled book.', {
          field: 'with',
        });
      return { comparison: await comparerOf(kit).compare(kit, userId, { a: params.id, b: query.with }) };
    },
  );
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
