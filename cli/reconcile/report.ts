import { createInterface } from 'node:readline';
import { request } from 'undici';
import { z } from 'zod';
import { UsageError } from '../../platform/exit.ts';

const reportSchema = z.object({
  started_at: z.string(),
  finished_at: z.string(),
  repair: z.boolean(),
  grace_seconds: z.number(),
  checked: z.number(),
  findings: z.array(
    z.object({
      processor_id: z.string(),
      kind: z.string(),
      found: z.number(),
      repaired: z.number(),
      examples: z.array(z.string()),
    }),
  ),
  unreachable: z.array(z.object({ processor_id: z.string(), reason: z.string() })),
  capped: z.boolean(),
});
/** A reconciler run's findings and repairs. */
export type Report = z.infer<typeof reportSchema>;

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const lineSchema = z.union([
  z.object({ report: reportSchema }),
  errorSchema,
  z.object({ checked: z.number() }),
]);

/** Has the running system reconciled and waits for the report. @throws UsageError when it does not answer or refuses */
export async function askForReport(options: {
  gatewayUrl: string;
  /** An operator's. */
  token: string;
  repair: boolean;
  graceSeconds?: number;
}): Promise<Report> {
  const { gatewayUrl, token, repair, graceSeconds } = options;
  const answer = await request(`${gatewayUrl}/api/v1/reconciliations`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ repair, ...(graceSeconds === undefined ? {} : { grace_seconds: graceSeconds }) }),
  }).catch(() => {
    throw new UsageError(`Nothing answers at ${gatewayUrl}: start the system first, or set GATEWAY_URL.`);
  });
  for await (const line of createInterface({ input: answer.body })) {
    const told = lineSchema.parse(JSON.parse(line));
    if ('report' in told) return told.report;
    if ('error' in told) throw new UsageError(`${told.error.code}: ${told.error.message}`);
  }
  throw new UsageError('The state service broke off. What was set right stays; try again.');
}
