import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInput } from '../../../platform/input/label.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import { describeError, internal } from '../../../platform/serving/http/http.ts';
import { whileOpen } from '../../../platform/serving/http/while-open.ts';
import type { FindingSummary } from './findings.ts';
import type { Reconciler, ReconciliationReport } from './reconciler.ts';

const passBody = z.object({
  repair: z.boolean().default(false),
  grace_seconds: z.int('must be a whole number').min(0, 'must not be negative').optional(),
});

const ALIVE_EVERY_MS = 10_000;

const findingJson = ({ processorId, ...finding }: FindingSummary) => ({
  processor_id: processorId,
  ...finding,
});

const reportJson = (report: ReconciliationReport) => ({
  started_at: report.startedAt,
  finished_at: report.finishedAt,
  repair: report.repair,
  grace_seconds: report.graceSeconds,
  checked: report.checked,
  findings: report.findings.map(findingJson),
  unreachable: report.unreachable.map(({ processorId, reason }) => ({ processor_id: processorId, reason })),
  capped: report.capped,
});

/**
 * `POST /api/v1/reconciliations` `{ repair?, grace_seconds? }`, for operators: compares the index with the stores. As
 * that may take longer than a request, the response is NDJSON: any number of `{ checked }`, then one `{ report }` or
 * `{ error }`. The pass is aborted when the client disconnects.
 */
export function reconcilerRoutes(app: FastifyInstance, reconciler: Reconciler): void {
  app.post('/api/v1/reconciliations', async ({ body, caller }, reply) => {
    requireOperator(caller);
    const { repair, grace_seconds } = parseInput(passBody, body ?? {});
    const lines = new PassThrough();
    const write = (line: object) => lines.write(`${JSON.stringify(line)}\n`);
    let checked = 0;
    // Keeps proxies from closing the connection during a long step.
    const alive = setInterval(() => write({ checked }), ALIVE_EVERY_MS);
    reconciler
      .reconcile({
        repair,
        ...(grace_seconds === undefined ? {} : { graceSeconds: grace_seconds }),
        signal: whileOpen(reply, null),
        onProgress: (count) => {
          checked = count;
          write({ checked });
        },
      })
      .then(
        (report) => write({ report: reportJson(report) }),
        (error: unknown) => {
          const [known = internal] = describeError(error) ?? [];
          write({ error: known });
        },
      )
      .finally(() => {
        clearInterval(alive);
        lines.end();
      });
    return reply.type('application/x-ndjson').send(lines);
  });
}
