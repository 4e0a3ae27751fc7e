import { createInterface } from 'node:readline';
import { request } from 'undici';
import { z } from 'zod';
import { GraphOutOfReach } from '../demo/graph.ts';
import { CommandFailed } from '../terminal/failure.ts';

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
/** Findings and repairs of one pass. */
export type Report = z.infer<typeof reportSchema>;

/** The line that ends the stream early. */
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
/** An answer in place of the stream: a problem document (RFC 9457). */
const problemSchema = z.object({ code: z.string(), detail: z.string() });
const lineSchema = z.union([
  z.object({ report: reportSchema }),
  errorSchema,
  problemSchema,
  z.object({ checked: z.number() }),
]);

/**
 * Has the running system's reconciler make a pass.
 * @returns its report
 * @throws GraphOutOfReach when nothing answers; CommandFailed when it refuses
 */
export async function askForReport(options: {
  gatewayUrl: string;
  /** Token of an operator. */
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
  }).catch((error: unknown) => {
    throw new GraphOutOfReach(`Nothing answers at ${gatewayUrl}.`, { cause: error });
  });
  for await (const line of createInterface({ input: answer.body })) {
    const told = lineSchema.parse(JSON.parse(line));
    if ('report' in told) return told.report;
    if ('detail' in told) throw new CommandFailed(`${told.code}: ${told.detail}`, told);
    if ('error' in told) throw new CommandFailed(`${told.error.code}: ${told.error.message}`, told.error);
  }
  throw new CommandFailed('The state service ended the report early. Repairs are kept; try again.');
}
