import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireOperator } from '../../../platform/serving/authenticate.ts';
import { describeError } from '../../../platform/serving/http.ts';
import { checkInput } from '../input.ts';
import type { FindingSummary } from './findings.ts';
import type { Reconciler, ReconciliationReport } from './reconciler.ts';

const runBody = z.object({
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
 * `POST /api/v1/reconciliations` `{ repair?, grace_seconds? }`, for operators: holds the index and the stores against
 * each other. As that may take longer than a request, the answer comes in lines of JSON: any number of
 * `{ checked }`, then one `{ report }` or `{ error }`. It is broken off when the client goes.
 */
export function reconcilerRoutes(app: FastifyInstance, reconciler: Reconciler): void {
  app.post('/api/v1/reconciliations', async ({ body, caller }, reply) => {
    requireOperator(caller);
    checkInput(runBody, body ?? {});
    const { repair, grace_seconds } = runBody.parse(body ?? {});
    const lines = new PassThrough();
    const write = (line: object) => lines.write(`${JSON.stringify(line)}\n`);
    const gone = new AbortController();
    let checked = 0;
    // A long step is no broken connection, whoever is in between.
    const alive = setInterval(() => write({ checked }), ALIVE_EVERY_MS);
    reply.raw.once('close', () => gone.abort());
    reconciler
      .run({
        repair,
        ...(grace_seconds === undefined ? {} : { graceSeconds: grace_seconds }),
        signal: gone.signal,
        onProgress: (count) => {
          checked = count;
          write({ checked });
        },
      })
      .then(
        (report) => write({ report: reportJson(report) }),
        (error: unknown) => {
          const [known = { code: 'INTERNAL', message: 'Something went wrong on our side.' }] =
            describeError(error) ?? [];
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
