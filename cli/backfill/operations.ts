import type { Operation, UserError } from '../demo/operations.ts';

/** A backfill as the graph shows it. */
export interface Backfill {
  readonly processorId: string;
  readonly state: 'RUNNING' | 'COMPLETED';
  readonly since: string | null;
  readonly scanned: number;
  readonly planned: number;
  readonly finishedRuns: number;
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
