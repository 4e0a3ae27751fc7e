import { createInterface } from 'node:readline';
import { request } from 'undici';
import { z } from 'zod';
import { UsageError } from '../../platform/exit.ts';
import type { ServiceTokens } from '../../platform/identity/service-tokens.ts';

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
  stateUrl: string;
  tokens: ServiceTokens;
  repair: boolean;
  graceSeconds?: number;
}): Promise<Report> {
  const { stateUrl, tokens, repair, graceSeconds } = options;
  const viewer = { userId: 'operator', roles: ['operator'] };
  const answer = await request(`${stateUrl}/api/v1/reconciliations`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokens.sign({ service: 'cli', viewer })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ repair, ...(graceSeconds === undefined ? {} : { grace_seconds: graceSeconds }) }),
  }).catch(() => {
    throw new UsageError(`Nothing answers at ${stateUrl}: start the system first, or set STATE_URL.`);
  });
  for await (const line of createInterface({ input: answer.body })) {
    const told = lineSchema.parse(JSON.parse(line));
    if ('report' in told) return told.report;
    if ('error' in told) throw new UsageError(`${told.error.code}: ${told.error.message}`);
  }
  throw new UsageError('The state service broke off. What was set right stays; try again.');
}
