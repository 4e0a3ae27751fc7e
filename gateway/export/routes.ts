import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { onceClosed, whileOpen } from '../../platform/serving/http/while-open.ts';
import { transferAs } from '../../platform/serving/load/load.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { withoutDeadline } from '../../platform/time/deadline.ts';
import { beginExport, type ExportDependencies } from './export.ts';

/** Concurrent exports of one process. Each holds a batch in memory, and a connection while it is read. */
const MAX_EXPORTS = 8;

const alreadyUnderWay = (): BlobgraphError =>
  new BlobgraphError('EXPORT_UNDER_WAY', 'You have an export in progress. Wait until it ends, or abort it.');
const overloaded = (): BlobgraphError =>
  new BlobgraphError('OVERLOADED', 'Too many exports are in progress. Try again in some minutes.');

/** Users with an export in progress in this process. */
class UnderWay {
  readonly #users = new Set<string>();

  /**
   * Takes a slot until `reply` is sent or its client disconnects.
   * @throws BlobgraphError EXPORT_UNDER_WAY, OVERLOADED
   */
  take(userId: string, reply: FastifyReply): void {
    if (this.#users.has(userId)) throw alreadyUnderWay();
    if (this.#users.size >= MAX_EXPORTS) throw overloaded();
    this.#users.add(userId);
    onceClosed(reply, () => this.#users.delete(userId));
  }
}

/**
 * `GET /api/v1/users/me/export`: all data of the caller, as a ZIP: index entries, contents as their processors store
 * them, files, books and conversations. The last file, `manifest.json`, lists the others and what is missing. One
 * export per user at a time. One that fails midway is aborted and leaves an incomplete ZIP.
 */
export function exportRoutes(
  app: FastifyInstance,
  {
    viewerOf,
    logger,
    ...deps
  }: ExportDependencies & {
    /** Authenticates a request. @throws BlobgraphError UNAUTHENTICATED, RATE_LIMITED */
    viewerOf(request: FastifyRequest): Promise<Viewer>;
    logger: Pick<Logger, 'warn'>;
  },
): void {
  const current = new UnderWay();
  app.get('/api/v1/users/me/export', { exposeHeadRoute: false }, async (request, reply) => {
    const viewer = await viewerOf(request);
    current.take(viewer.userId, reply);
    await transferAs(request, viewer.userId);
    const signal = whileOpen(reply, null);
    return withoutDeadline(async () => {
      const { output, write } = await beginExport(deps, viewer, signal);
      write().catch((error: unknown) => {
        if (!signal.aborted) logger.warn({ err: error }, 'export aborted');
      });
      const day = deps.clock.now().toISOString().slice(0, 10);
      return reply
        .headers({
          'content-type': 'application/zip',
          'content-disposition': `attachment; filename="blobgraph-export-${day}.zip"`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        })
        .send(output);
    });
  });
}
