import { useSyncExternalStore } from 'react';
import { type Client, useClient } from 'urql';
import { useDo } from '../graph/hooks.ts';
import { useTyped } from '../graph/live.tsx';
import { type Entry, isOnItsWay } from './entry.ts';
import { readFile } from './file.ts';
import { CompleteUploadDocument, RequestUploadDocument } from './operations.generated.ts';
import { putFile } from './put.ts';
import { UploadQueue } from './queue.ts';

const queues = new WeakMap<Client, UploadQueue>();

/** The session's queue: it outlives the screen, so that a user may look at something else meanwhile. */
export function useUploads(): readonly [queue: UploadQueue, entries: readonly Entry[]] {
  const client = useClient();
  const { signal } = useTyped();
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
    askBeforeLeaving(queue);
    const made = queue;
    signal.addEventListener('abort', () => made.stop(), { once: true });
  }
  const entries = useSyncExternalStore(queue.subscribe, queue.entries);
  return [queue, entries];
}

/** Has the browser ask, before the page is closed while files are on their way, whatever screen is shown. */
function askBeforeLeaving(queue: UploadQueue): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  queue.subscribe(() => {
    if (queue.entries().some(isOnItsWay)) addEventListener('beforeunload', ask);
    else removeEventListener('beforeunload', ask);
  });
}
