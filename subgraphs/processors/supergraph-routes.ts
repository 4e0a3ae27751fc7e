import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { MAX_REPORT_BYTES, MAX_WAIT_SECONDS } from '../../platform/clients/supergraph.ts';
import { parseInput } from '../../platform/input/label.ts';
import { whileOpen } from '../../platform/serving/http/while-open.ts';
import type { Clock } from '../../platform/time/clock.ts';
import { timeFor } from '../../platform/time/deadline.ts';
import type { SupergraphWatch } from './supergraph/watch.ts';
import { parseReport } from './usage/report.ts';
import type { UsageStore } from './usage/store.ts';

export interface SupergraphRoutesDependencies {
  readonly watch: Pick<SupergraphWatch, 'next'>;
  readonly usage: Pick<UsageStore, 'record'>;
  readonly clock: Clock;
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`);

const question = z.object({
  known: wholeNumber(0, 2 ** 31 - 1).optional(),
  wait: wholeNumber(0, MAX_WAIT_SECONDS).default(0),
});

/** For other services: what is served, told as soon as it is another one, and what of it clients use. */
export function supergraphRoutes(app: FastifyInstance, deps: SupergraphRoutesDependencies): void {
  const { watch, usage, clock } = deps;
  app.get('/api/v1/supergraph', async ({ query }, reply) => {
    const { known = null, wait } = parseInput(question, query);
    const served = await watch.next(known, timeFor(wait * 1_000), whileOpen(reply));
    if (served) return served;
    return reply.status(204).send();
  });
  app.post('/api/v1/operation-usage', { bodyLimit: MAX_REPORT_BYTES }, async ({ body }, reply) => {
    const now = clock.now();
    const operations = parseReport(body, now);
    if (operations.length > 0) await usage.record(operations, now);
    return reply.status(204).send();
  });
}
