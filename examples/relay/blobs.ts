import {
  ConnectionHandler,
  type Environment,
  fetchQuery,
  type RecordSourceSelectorProxy,
  requestSubscription,
} from 'relay-runtime';
import blobsQuery, { type BlobsQuery } from './__generated__/BlobsQuery.graphql.ts';
import changesSubscription, {
  type ChangesSubscription,
} from './__generated__/ChangesSubscription.graphql.ts';
import { getDataID } from './environment.ts';

export type Change = ChangesSubscription['response']['blobChanged'];

/** Brings the list up to date. What a blob has become, the store takes from the change by itself. */
function applyChange(store: RecordSourceSelectorProxy, { kind, blobId }: Change): void {
  const list = ConnectionHandler.getConnection(store.getRoot(), 'Blobs_blobs');
  const dataId = getDataID({ id: blobId }, 'BlobIndex') ?? '';
  if (kind === 'DELETED') {
    if (list) ConnectionHandler.deleteNode(list, dataId);
    store.delete(dataId);
    return;
  }
  const blob = store.getRootField('blobChanged')?.getLinkedRecord('blob');
  const edges = list?.getLinkedRecords('edges') ?? [];
  if (!list || !blob || edges.some((edge) => edge?.getLinkedRecord('node')?.getDataID() === dataId)) return;
  ConnectionHandler.insertEdgeBefore(list, ConnectionHandler.createEdge(store, list, blob, 'BlobIndexEdge'));
}

export interface Follower {
  /** Of each change, once. */
  readonly changed: (change: Change) => void;
  /** Follow again. */
  readonly ended: (error: Error) => void;
}

/** Reads the list, and keeps it up to date in the store until the function that is answered is called. */
export async function followBlobs(
  environment: Environment,
  { changed, ended }: Follower,
): Promise<() => void> {
  const list = await fetchQuery<BlobsQuery>(environment, blobsQuery, {}).toPromise();
  if (!list) throw new Error('The list could not be read');
  const { dispose } = requestSubscription<ChangesSubscription>(environment, {
    subscription: changesSubscription,
    variables: { after: list.blobs.liveCursor },
    updater(store, result) {
      if (result) applyChange(store, result.blobChanged);
    },
    onNext(result) {
      if (result) changed(result.blobChanged);
    },
    onError: ended,
  });
  return dispose;
}
