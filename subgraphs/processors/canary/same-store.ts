import { BlobgraphError } from '../../../platform/errors/errors.ts';

/** Where a store answers, without who asks and how; the text itself where it is no address. */
function placeIn(connection: string): string {
  if (!URL.canParse(connection)) return connection;
  const { protocol, host, pathname } = new URL(connection);
  return `${protocol}//${host}${pathname}`;
}

/**
 * Checks that a candidate keeps its blobs where the present version does: deletions, erasures, the reconciler and reads ask
 * a processor, and not each of its versions.
 * @throws BlobgraphError PROCESSOR_INVALID; contains no connection string
 */
export function assertSameStore(present: string, candidate: string): void {
  if (placeIn(present) === placeIn(candidate)) return;
  const message =
    'A candidate keeps its blobs in the present version’s store: `connection_string` is of another one.';
  throw new BlobgraphError('PROCESSOR_INVALID', message, { field: 'connection_string' });
}
