import { useEffect, useSyncExternalStore } from 'react';
import { type Client, useClient } from 'urql';
import { useDo } from '../graph/hooks.ts';
import { type Entry, isOnItsWay } from './entry.ts';
import { readFile } from './file.ts';
import { CompleteUploadDocument, RequestUploadDocument } from './operations.generated.ts';
import { putFile } from './put.ts';
import { UploadQueue } from './queue.ts';

const queues = new WeakMap<Client, UploadQueue>();

/** The session's queue: it outlives the screen, so that a user may look at something else meanwhile. */
export function useUploads(): readonly [queue: UploadQueue, entries: readonly Entry[]] {
  const client = useClient();
  const [, request] = useDo(RequestUploadDocument);
  const [, complete] = useDo(CompleteUploadDocument);
  let queue = queues.get(client);
  if (!queue) {
    queue = new UploadQueue({
      read: readFile,
      request: (input) => request({ input }),
      put: putFile,
      complete: (uploadId) => complete({ uploadId }),
      now: () => new Date(),
    });
    queues.set(client, queue);
  }
  const entries = useSyncExternalStore(queue.subscribe, queue.entries);
  useAskedBeforeLeaving(entries.some(isOnItsWay));
  return [queue, entries];
}

/** Has the browser ask, before the page is closed while files are on their way. */
function useAskedBeforeLeaving(isBusy: boolean): void {
  useEffect(() => {
    if (!isBusy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isBusy]);
}
