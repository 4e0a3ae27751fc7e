import type { Operation, UserError } from '../demo/operation.ts';

/** A backfill as the graph shows it. */
export interface Backfill {
  readonly processorId: string;
  readonly state: 'RUNNING' | 'COMPLETED';
  /** ISO 8601: only blobs created at this time or later; null: all. */
  readonly since: string | null;
  /** Blobs of the index that were looked at. */
  readonly scanned: number;
  /** Runs that were asked for. */
  readonly planned: number;
  /** Planned runs that are done or have failed. */
  readonly finishedRuns: number;
  /** Why it waits, in a sentence; null: nothing is in its way. */
  readonly obstacle: string | null;
}

const FIELDS = 'processorId state since scanned planned finishedRuns obstacle';

export const showing: Operation<{ readonly backfill: Backfill | null }, { readonly processorId: string }> = {
  text: `query Backfill($processorId: ID!) { backfill(processorId: $processorId) { ${FIELDS} } }`,
};

export const beginning: Operation<
  { readonly backfill: { readonly backfill: Backfill | null; readonly userErrors: readonly UserError[] } },
  { readonly processorId: string; readonly since: string | null }
> = {
  text: `mutation BeginBackfill($processorId: ID!, $since: DateTime) {
    backfill(processorId: $processorId, since: $since) { backfill { ${FIELDS} } userErrors { field code message } }
  }`,
};
