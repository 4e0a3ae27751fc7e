import { parseArgs } from 'node:util';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { followBackfill } from './backfill/follow.ts';
import { sinceOf } from './backfill/since.ts';
import { displayOn } from './demo/display.ts';
import { asOperator } from './operators/operator.ts';

/**
 * `npm run backfill -- --processor ID [--since TIME]`: starts a backfill (runs of a processor for existing blobs,
 * behind live work) and shows its progress. Ctrl-C ends the command, not the backfill.
 */

const USAGE = `npm run backfill -- --processor ID [--since TIME]
  --processor  the processor, e.g. text-expansion
  --since      only blobs created at this time or later, e.g. 2026-01-31 or 2026-01-31T12:00:00Z`;

function main(): Promise<number> {
  const { processor, since } = parseArgs({
    options: { processor: { type: 'string' }, since: { type: 'string' } },
  }).values;
  if (!processor) throw new UsageError(USAGE);
  const stopping = new AbortController();
  const { signal } = stopping;
  process.once('SIGINT', () => stopping.abort());
  const fields = '`backfill`, a mutation and a query';
  const from = since === undefined ? {} : { since: sinceOf(since) };
  return asOperator({ name: 'backfill', fields, signal }, (graph) =>
    followBackfill({ graph, display: displayOn(process.stdout, 1), processorId: processor, ...from, signal }),
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  exitWith(error);
}
